#include "outbox/relay.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "base/bell.hpp"
#include "base/log.hpp"
#include "outbox/courier.hpp"

namespace pay {
namespace {

/// However often it is woken, the database is not asked more often than that.
constexpr std::chrono::milliseconds least_pause{5};

/// Clients are removed rarely, and nobody is in a hurry for what they would have been told.
constexpr std::chrono::seconds pause_between_looks{60};

struct Bells {
  std::shared_ptr<Bell> claim;
  std::shared_ptr<Bell> look;
};

std::shared_ptr<Courier> make_courier(Relay::Surroundings surroundings, Relay::Options options,
                                      const Bells& bells) {
  return Courier::create(std::move(surroundings), std::move(options),
                         {.seed = std::random_device{}(),
                          .wake = [bell = bells.claim] { bell->ring(); },
                          .nudge = [bell = bells.look] { bell->ring(); }});
}

}  // namespace

Relay::Relay(std::unique_ptr<OutboxStore> store, Surroundings surroundings, Options options)
    : store_(std::move(store)),
      clock_(surroundings.clock),
      lease_(options.lease),
      poll_(options.poll),
      claim_bell_(std::make_shared<Bell>()),
      look_bell_(std::make_shared<Bell>()),
      courier_(make_courier(std::move(surroundings), std::move(options), {claim_bell_, look_bell_})) {}

Relay::~Relay() {
  stop();
}

void Relay::start() {
  courier_->open();
  claimer_ = std::thread([this] { claim_again_and_again(); });
  timekeeper_ = std::thread([this] { keep_time(); });
}

void Relay::on_commit(std::span<const Notification> notifications, std::span<const Event> events,
                      std::chrono::nanoseconds took) {
  courier_->on_commit(notifications, events, took);
}

void Relay::after_first_try(PaymentId payment, std::int64_t sequence, std::move_only_function<void()> done) {
  courier_->after_first_try(payment, sequence, std::move(done));
}

void Relay::let_payers_go() {
  courier_->let_payers_go();
}

void Relay::stop() {
  claim_bell_->end();
  look_bell_->end();
  if (claimer_.joinable()) claimer_.join();
  if (timekeeper_.joinable()) timekeeper_.join();
  courier_->stop();
}

void Relay::keep_time() {
  do courier_->look_after();
  while (look_bell_->wait_until(courier_->next_look()) != Bell::Heard::end);
}

void Relay::claim_again_and_again() {
  for (auto heard = Bell::Heard::ring; heard != Bell::Heard::end;) {
    claim();
    const auto claimed_at = std::chrono::steady_clock::now();
    heard = claim_bell_->wait_until(claimed_at + poll_);
    if (heard == Bell::Heard::ring) std::this_thread::sleep_until(claimed_at + least_pause);
  }
}

void Relay::claim() {
  const auto asks = courier_->begin_claim(waiting_);
  // The lease counts from before the claim: the database's own begins later.
  const auto ours_until = std::chrono::steady_clock::now() + lease_;
  std::vector<Claimed> claimed;
  try {
    look_for_the_forgotten();
    if (!asks.empty()) claimed = store_->claim(asks, lease_, clock_.now());
    if (std::exchange(store_is_away_, false)) log::info("notifications can be claimed again");
  } catch (const std::exception& error) {
    if (!std::exchange(store_is_away_, true))
      log::warn("notifications cannot be claimed for now", {{"why", std::string_view(error.what())}});
  }
  courier_->take(asks, std::move(claimed), ours_until);
}

void Relay::look_for_the_forgotten() {
  const auto now = std::chrono::steady_clock::now();
  if (now < look_again_at_) return;
  waiting_ = store_->list_waiting();
  look_again_at_ = now + pause_between_looks;
}

}  // namespace pay
