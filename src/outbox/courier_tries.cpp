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
    for (auto& errand : begun) {
      Try tried{.id = errand.notification.id,
                .key = key_of(errand.notification),
                .client = errand.notification.client,
                .claim = std::move(errand.claim),
                .attempts = errand.notification.attempts,
                .is_first = errand.is_first,
                .began = habits_.now()};
      const auto destination = around_.find_destination(tried.client);
      if (!destination) {
        without_receiver.push_back(std::move(tried));
        continue;
      }
      tried.style = destination->style;
      auto request = compose(*destination, errand.event, around_.render);
      request.timeout = tried.is_first ? options_.inline_time : options_.timeout;
      request.fresh_connection = errand.is_probe;
      calls.push_back({.request = std::move(request),
                       .done = [self = shared_from_this(), tried = std::move(tried)](
                                   const http::CallOutcome& outcome) { self->on_outcome(tried, outcome); }});
    }
    if (!calls.empty()) around_.client.send(calls);
    begun = end_without_receiver(without_receiver);
  }
}

/// What those leave room for. They are tried again as any other: the client may come back, and another
/// instance may know where it is told.
std::vector<Errand> Courier::end_without_receiver(const std::vector<Try>& tries) {
  static const Verdict nobody{.error = "nobody to tell", .cause = "nobody"};
  const auto now = habits_.now();
  Lane::Turn turn;
  for (const auto& tried : tries) {
    Settlement settlement;
    {
      const std::lock_guard lock(mutex_);
      auto& lane = lane_of(tried.client);
      lane.end(nobody.sign, now - tried.began, now);
      settlement = settlement_of(tried, nobody);
      begin(lane, now, turn);
    }
    report(tried, settlement, nobody, Lane::Change::none);
    settle(tried, std::move(settlement));
  }
  end_waits_for(turn.left);
  return std::move(turn.begun);
}

void Courier::settle(const Try& tried, Settlement settlement) {
  settler_->add(std::move(settlement));
  if (tried.is_first) first_tries_.over(tried.key);
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
    is_news = verdict.was_tried && lane.is_news(verdict.error, now);
    // Whoever sends has stopped: every further call would be aborted too.
    if (verdict.aborted) stopped_ = true;
    begin(lane, now, turn);
    is_hungry = lane.is_hungry();
  }
  if (is_news) log_news(tried, settlement);
  report(tried, settlement, verdict, change);
  settle(tried, std::move(settlement));
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
  Settlement settlement{
      .id = tried.id, .kind = Kind::delivered, .at = around_.clock.now(), .claim = tried.claim};
  if (!verdict.was_tried) {
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
