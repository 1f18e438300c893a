// The relay's own thread: that it claims in time, goes on when the database is away, and stops.
#include <gtest/gtest.h>

#include <future>

#include "base/log.hpp"
#include "unit/outbox/fakes.hpp"
#include "unit/outbox/table.hpp"

namespace pay {
namespace {

using namespace test;

struct Relaying : testing::Test {
  Relaying() {
    log::configure(log::Level::off, log::Format::text);
    ledger.on_settle = [this](const std::vector<Settlement>& settlements) { table.apply(settlements); };
    options.concurrency = 4;
    options.poll = 1h;  // tests wake it, or do not
  }

  Relay& relay() {
    if (relay_) return *relay_;
    relay_ = std::make_unique<Relay>(
        std::make_unique<TableStore>(table, faults),
        Relay::Surroundings{.client = http,
                            .clock = clock,
                            .find_destination = [this](auto client) -> std::optional<Destination> {
                              if (client == gone) return std::nullopt;
                              return Destination{.url = "http://shop"};
                            },
                            .list_audience = [] { return std::vector<std::string>{""}; },
                            .render = [](const Event&) { return std::string("{}"); },
                            .settle = ledger.settle(),
                            .observer = observer},
        options);
    return *relay_;
  }

  Notification add(const Event& event, std::int64_t id) {
    auto notification = notification_of(event, id, {}, clock.now());
    notification.due_at = clock.now();
    table.add(notification, event);
    return notification;
  }

  void answer(http::CallOutcome outcome) {
    http.wait_for_calls(1);
    http.take_one().done(std::move(outcome));
  }

  const std::string gone = "gone";
  Relay::Options options;
  Table table;
  Faults faults;
  FakeClock clock;
  FakeHttp http;
  FakeLedger ledger;
  CountingObserver observer;
  std::unique_ptr<Relay> relay_;
};

TEST_F(Relaying, what_is_due_when_it_starts_is_told) {
  add(paid_event(1), 1);
  relay().start();
  answer(updated());
  EXPECT_EQ(table.get(1).status, NotificationStatus::delivered);
}

TEST_F(Relaying, nothing_is_settled_before_it_starts) {
  const auto event = paid_event(1);
  const auto notification = add(event, 1);
  auto leased = notification;
  leased.due_at += first_try;
  relay().on_commit({&leased, 1}, {&event, 1}, 0ns);
  answer(updated());
  EXPECT_TRUE(ledger.all().empty());
  relay().start();
  EXPECT_EQ(ledger.all().size(), 1U);
}

TEST_F(Relaying, a_refund_is_told_at_once_and_not_at_the_next_poll) {
  relay().start();
  faults.wait_for_calls(1);
  const auto event = refunded_event(1);
  const auto notification = add(event, 1);
  relay().on_commit({&notification, 1}, {&event, 1}, 0ns);
  answer(updated());
  EXPECT_EQ(table.get(1).status, NotificationStatus::delivered);
}

TEST_F(Relaying, a_backlog_is_claimed_again_and_again_without_a_poll) {
  for (int i = 1; i <= 200; ++i) add(paid_event(i), i);
  relay().start();
  for (int i = 1; i <= 200; ++i) answer(updated());
  ledger.wait_for(200);
  for (const auto& notification : table.all())
    EXPECT_EQ(notification.status, NotificationStatus::delivered) << notification.id.value;
  EXPECT_EQ(observer.delivered, 200);
}

TEST_F(Relaying, what_waits_for_a_client_that_is_gone_ends) {
  options.poll = 1ms;
  options.schedule = *Schedule::parse("1ms");
  for (int i = 1; i <= 10; ++i) {
    auto event = paid_event(i);
    auto notification = notification_of(event, i, gone, clock.now());
    notification.due_at = clock.now();
    table.add(notification, event);
  }
  relay().start();
  ledger.wait_for(10);
  clock.advance(1s);
  ledger.wait_for(20);
  for (const auto& notification : table.all()) {
    EXPECT_EQ(notification.status, NotificationStatus::dead);
    EXPECT_EQ(notification.last_error, "nobody to tell");
  }
}

TEST_F(Relaying, a_database_that_is_away_is_asked_again) {
  options.poll = 1ms;
  faults.fail_next(3);
  add(paid_event(1), 1);
  relay().start();
  answer(updated());
  EXPECT_GE(faults.calls(), 4);
}

TEST_F(Relaying, whoever_waits_is_let_go_in_time_though_nobody_answers) {
  options.inline_time = 20ms;
  relay().start();
  const auto event = paid_event(1);
  const auto notification = notification_of(event, 1, {}, clock.now());
  relay().on_commit({&notification, 1}, {&event, 1}, 0ns);
  std::promise<void> let_go;
  relay().after_first_try({1}, 2, [&] { let_go.set_value(); });
  EXPECT_EQ(let_go.get_future().wait_for(10s), std::future_status::ready);
  EXPECT_EQ(http.waiting(), 1U);
}

TEST_F(Relaying, what_it_held_when_it_stopped_is_due_at_once) {
  for (int i = 1; i <= 10; ++i) add(paid_event(i), i);
  relay().start();
  http.wait_for_calls(4);
  http.stop();
  relay().stop();
  for (const auto& notification : table.all()) {
    EXPECT_EQ(notification.status, NotificationStatus::pending);
    EXPECT_EQ(notification.attempts, 0);
    EXPECT_LE(notification.due_at, clock.now());
  }
}

TEST_F(Relaying, stopping_twice_or_without_a_start_does_no_harm) {
  relay().stop();
  relay().stop();
  EXPECT_TRUE(ledger.all().empty());
}

}  // namespace
}  // namespace pay
