#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "outbox/courier.hpp"

/// The courier's tries: how they go out and what comes of them.
namespace pay {

void Courier::send(std::vector<Errand> begun) {
  while (!begun.empty()) {
    std::vector<http::Client::Call> calls;
    std::vector<Try> without_receiver;
    for (const auto& [notification, event, is_first, begin_by, ours_until] : begun) {
      Try tried{.id = notification.id,
                .key = key_of(notification),
                .client = notification.client,
                .attempts = notification.attempts,
                .is_first = is_first,
                .began = habits_.now(),
                .ours_until = ours_until};
      const auto destination = around_.find_destination(tried.client);
      if (!destination) {
        without_receiver.push_back(std::move(tried));
        continue;
      }
      tried.style = destination->style;
      auto request = compose(*destination, event, around_.render);
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(ours_until - tried.began);
      request.timeout = std::min(is_first ? options_.inline_time : options_.timeout, left);
      calls.push_back({.request = std::move(request),
                       .done = [self = shared_from_this(), tried = std::move(tried)](
                                   const http::CallOutcome& outcome) { self->on_outcome(tried, outcome); }});
    }
    if (!calls.empty()) around_.client.send(calls);
    begun = end_without_receiver(without_receiver);
  }
}

/// What those leave room for.
std::vector<Errand> Courier::end_without_receiver(const std::vector<Try>& tries) {
  static const Verdict nobody{.error = "nobody to tell", .cause = "nobody"};
  const auto now = habits_.now();
  Lane::Turn turn;
  for (const auto& tried : tries) {
    {
      const std::lock_guard lock(mutex_);
      auto& lane = lane_of(tried.client);
      lane.end(nobody.sign, now - tried.began, now);
      begin(lane, now, turn);
    }
    const Settlement dead{.id = tried.id,
                          .kind = Settlement::Kind::dead,
                          .at = around_.clock.now(),
                          .last_error = nobody.error};
    report(tried, dead, nobody, Lane::Change::none);
    settler_->add(dead, tried.ours_until);
    if (tried.is_first) first_tries_.over(tried.key);
  }
  end_waits_for(turn.left);
  return std::move(turn.begun);
}

void Courier::on_outcome(const Try& tried, const http::CallOutcome& outcome) {
  const auto now = habits_.now();
  const auto verdict = judge(tried.style, outcome);
  Lane::Turn turn;
  Settlement settlement;
  auto change = Lane::Change::none;
  bool is_hungry = false;
  bool is_news = false;
  {
    const std::lock_guard lock(mutex_);
    auto& lane = lane_of(tried.client);
    change = lane.end(verdict.sign, now - tried.began, now);
    settlement = settlement_of(tried, verdict);
    is_news = !verdict.aborted && lane.is_news(verdict.error, now);
    // Whoever sends has stopped: every further call would be aborted too.
    if (verdict.aborted) stopped_ = true;
    begin(lane, now, turn);
    is_hungry = lane.is_hungry();
  }
  if (is_news) log_news(tried, settlement);
  report(tried, settlement, verdict, change);
  settler_->add(std::move(settlement), tried.ours_until);
  if (tried.is_first) first_tries_.over(tried.key);
  carry_out(std::move(turn));
  if (is_hungry || change == Lane::Change::closed) habits_.wake();
}

/// A receiver that fails fails again and again: only what is new about it is said.
void Courier::log_news(const Try& tried, const Settlement& settlement) {
  if (settlement.last_error.empty()) {
    log::info("a client is told again", {{"client", tried.client}});
  } else {
    log::warn("a client could not be told; it will be tried again",
              {{"client", tried.client}, {"reason", settlement.last_error}});
  }
}

Settlement Courier::settlement_of(const Try& tried, const Verdict& verdict) {
  using Kind = Settlement::Kind;
  Settlement settlement{.id = tried.id, .kind = Kind::delivered, .at = around_.clock.now()};
  if (verdict.aborted) {
    settlement.kind = Kind::released;
  } else if (!verdict.error.empty()) {
    const auto luck = std::uniform_real_distribution<double>()(random_);
    const auto pause = options_.schedule.pause_after(tried.attempts + 1, luck);
    settlement.kind = pause ? Kind::failed : Kind::dead;
    settlement.retry_in = pause.value_or(std::chrono::milliseconds{0});
    settlement.last_error = verdict.error;
  }
  return settlement;
}

void Courier::report(const Try& tried, const Settlement& settlement, const Verdict& verdict,
                     Lane::Change change) {
  using Kind = Settlement::Kind;
  if (settlement.kind == Kind::delivered) around_.observer.on_delivered();
  if (settlement.kind == Kind::failed || settlement.kind == Kind::dead)
    around_.observer.on_failure(verdict.cause);
  if (settlement.kind == Kind::dead) {
    around_.observer.on_dead();
    log::warn("a notification is given up", {{"payment_id", tried.key.payment.value},
                                             {"client", tried.client},
                                             {"reason", settlement.last_error}});
  }
  if (change == Lane::Change::none) return;
  const bool opened = change == Lane::Change::opened;
  around_.observer.on_circuit(opened);
  if (opened) log::warn("a receiver does not answer and is asked less often", {{"client", tried.client}});
}

}  // namespace pay
