#include "app/housekeeper.hpp"

#include "base/log.hpp"

namespace pay::app {

Housekeeper::Housekeeper(std::unique_ptr<ReadStore> store, Executor& executor, const Clock& clock)
    : store_(std::move(store)), executor_(executor), clock_(clock), thread_([this] { work(); }) {}

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
    const auto expired = store_->list_expired(clock_.now(), expiries_a_turn);
    std::vector<Executor::Submission> commands;
    commands.reserve(expired.size());
    for (const auto id : expired) {
      commands.push_back({.job = {.command = ExpirePayment{.id = id}}, .done = [](const Result<Reply>&) {}});
    }
    executor_.submit(commands);
    if (!expired.empty()) log::info("payments expire", {{"count", expired.size()}});
    executor_.keep_house();
  } catch (const std::exception& e) {
    log::warn("housekeeping was put off", {{"reason", e.what()}});
  }
}

}  // namespace pay::app
