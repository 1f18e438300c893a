#include "app/housekeeper.hpp"

#include "base/log.hpp"

namespace pay::app {
namespace {

bool is_canceled(const Result<Reply>& reply) {
  const auto* after = reply ? std::get_if<PaymentReply>(&*reply) : nullptr;
  return after != nullptr && after->payment.status == Status::canceled;
}

}  // namespace

Housekeeper::Housekeeper(std::unique_ptr<ReadStore> store, Parts parts)
    : store_(std::move(store)), parts_(parts), thread_([this] { work(); }) {}

Housekeeper::~Housekeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

void Housekeeper::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    take_a_turn();
    lock.lock();
    stopped_.wait_for(lock, interval, [this] { return stopping_; });
  }
}

void Housekeeper::take_a_turn() {
  try {
    expire_payments();
    parts_.executor.keep_house();
    count_attempts();
  } catch (const std::exception& e) {
    log::warn("housekeeping was put off", {{"reason", e.what()}});
  }
}

void Housekeeper::expire_payments() {
  const auto now = parts_.clock.now();
  const auto expired = overdue_->next(*store_, now, expiries_a_turn);
  std::vector<Flow::Submission> commands;
  commands.reserve(expired.size());
  for (const auto id : expired) {
    commands.push_back({.job = {.command = ExpirePayment{.id = id}},
                        .done = [overdue = overdue_, id, now](const Result<Reply>& reply) {
                          if (!is_canceled(reply)) overdue->put_off(id, now);
                        }});
  }
  parts_.flow.submit(commands);
  if (!expired.empty()) log::info("payments expire", {{"count", expired.size()}});
}

void Housekeeper::count_attempts() {
  const AttemptFilter filter{.outcome = AttemptOutcome::unknown, .needs_attention = true};
  const auto some = store_->list_all_attempts(filter, max_id + 1, most_counted);
  parts_.metrics.count_attempts_that_need_attention(some.rows.size());
}

}  // namespace pay::app
