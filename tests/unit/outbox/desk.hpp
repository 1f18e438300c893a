#pragma once

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "outbox/courier.hpp"
#include "unit/outbox/fakes.hpp"

namespace pay::test {

/// A courier with time that stands still, receivers that answer when the test says so, and a ledger.
struct Desk : testing::Test {
  explicit Desk(bool ledger_saves_at_once = true) : ledger(ledger_saves_at_once) {
    log::configure(log::Level::off, log::Format::text);
    options.concurrency = 2;
    options.schedule = *Schedule::parse("10s*2");
    options.timeout = 5s;
    options.lease = 30s;
  }

  Courier& courier() {
    if (courier_) return *courier_;
    courier_ = Courier::create({.client = http,
                                .clock = clock,
                                .find_destination = [this](std::string_view client) { return find(client); },
                                .list_audience = [this] { return audience; },
                                .render = [](const Event&) { return std::string("{}"); },
                                .settle = ledger.settle(),
                                .observer = observer},
                               options, {.now = steady.source(), .seed = 1, .wake = [this] { ++wakes; }});
    courier_->open();
    return *courier_;
  }

  std::optional<Destination> find(std::string_view client) const {
    if (std::ranges::find(audience, client) == audience.end()) return std::nullopt;
    return Destination{.url = "http://" + (client.empty() ? std::string("shop") : std::string(client))};
  }

  void advance(std::chrono::milliseconds time) {
    clock.advance(time);
    steady.advance(time);
    courier().look_after();
  }

  /// A payment becomes paid, its notification has the payment's id.
  void pay(std::int64_t payment, std::string client = {}) {
    const auto event = paid_event(payment);
    const auto notification = notification_of(event, payment, std::move(client), clock.now());
    courier().on_commit({&notification, 1}, {&event, 1}, 0ns);
  }

  /// Claims, and gets one notification for each of the payments.
  std::vector<OutboxStore::Ask> claim(const std::vector<std::int64_t>& payments, std::string client = {},
                                      int attempts = 0) {
    auto asks = courier().begin_claim();
    give(asks, payments, std::move(client), attempts);
    return asks;
  }
  void give(std::span<const OutboxStore::Ask> asks, const std::vector<std::int64_t>& payments,
            std::string client = {}, int attempts = 0) {
    std::vector<Claimed> claimed;
    for (const auto payment : payments) {
      claimed.push_back({notification_of(paid_event(payment), payment, client), paid_event(payment)});
      claimed.back().notification.attempts = attempts;
    }
    courier().take(asks, std::move(claimed), steady.now() + options.lease);
  }

  /// Answers the oldest call, and lets what came of it be settled; whom it told of.
  std::int64_t answer(http::CallOutcome outcome) {
    auto call = http.take_one();
    const auto payment = payment_told(call.request);
    call.done(std::move(outcome));
    steady.advance(Settler::gathering_time);
    courier().look_after();
    return payment;
  }

  /// Whether somebody who asks now has to wait.
  [[nodiscard]] bool is_waited_for(std::int64_t payment) {
    const auto let_go = std::make_shared<bool>(false);
    courier().after_first_try({payment}, 2, [let_go] { *let_go = true; });
    return !*let_go;
  }

  Relay::Options options;
  FakeClock clock;
  FakeSteady steady;
  FakeHttp http;
  FakeLedger ledger;
  CountingObserver observer;
  std::vector<std::string> audience{""};
  int wakes = 0;
  std::shared_ptr<Courier> courier_;
};

}  // namespace pay::test
