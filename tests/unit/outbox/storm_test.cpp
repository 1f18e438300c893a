// Every thread at once, in real time: commits, payers who wait, receivers that fail now and then, and a
// database that does. Meant for the thread sanitizer; that every notification is told in the end is the rule.
#include <gtest/gtest.h>

#include <deque>
#include <iostream>
#include <random>
#include <thread>

#include "base/log.hpp"
#include "unit/outbox/fakes.hpp"
#include "unit/outbox/table.hpp"

namespace pay {
namespace {

using namespace test;

/// Does what it is given on a thread of its own, in order.
template <class Work>
class Worker {
 public:
  explicit Worker(std::function<void(Work)> act)
      : thread_([this, act = std::move(act)] {
          while (auto work = next()) act(*std::move(work));
        }) {}
  ~Worker() { stop(); }

  void give(Work work) {
    {
      const std::lock_guard lock(mutex_);
      works_.push_back(std::move(work));
    }
    ready_.notify_one();
  }
  /// After all that was given.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    ready_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::optional<Work> next() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return stopping_ || !works_.empty(); });
    if (works_.empty()) return std::nullopt;
    auto work = std::move(works_.front());
    works_.pop_front();
    return work;
  }

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Work> works_;
  bool stopping_ = false;
  std::thread thread_;
};

/// A client whose receivers complain of one call in ten.
class AnsweringHttp final : public http::Client {
 public:
  explicit AnsweringHttp(std::uint64_t seed) : random_(seed) {}
  void send(std::vector<Call>& calls) override {
    for (auto& call : calls) worker_.give(std::move(call));
    calls.clear();
  }
  void stop() override {
    stopped_ = true;
    worker_.stop();
  }

 private:
  http::CallOutcome outcome() {
    if (stopped_) return failure(http::CallFailure::aborted);
    return updated(std::uniform_int_distribution(0, 9)(random_) != 0);
  }
  std::mt19937_64 random_;
  std::atomic<bool> stopped_ = false;
  Worker<Call> worker_{[this](Call call) { call.done(outcome()); }};
};

struct Storm : testing::Test {
  struct Group {
    std::vector<Settlement> settlements;
    std::move_only_function<void(bool)> saved;
  };

  Storm() {
    log::configure(log::Level::off, log::Format::text);
    std::cout << "seed " << seed << "\n";
  }

  void save(Group group) {
    const bool saves = std::uniform_int_distribution(0, 19)(random) != 0;
    if (saves) table.apply(group.settlements);
    group.saved(saves);
  }
  bool all_told() const {
    return std::ranges::all_of(table.all(),
                               [](const auto& row) { return row.status == NotificationStatus::delivered; });
  }

  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random{seed};
  SystemClock clock;
  Table table;
  Faults faults;
  CountingObserver observer;
  AnsweringHttp http{seed};
  Worker<Group> ledger{[this](Group group) { save(std::move(group)); }};
  Relay relay{std::make_unique<TableStore>(table, faults),
              {.client = http,
               .clock = clock,
               .find_destination = [](auto) { return Destination{.url = "http://shop"}; },
               .list_audience = [] { return std::vector<std::string>{"", "a"}; },
               .render = [](const Event&) { return std::string("{}"); },
               .settle = [this](auto settlements,
                                auto saved) { ledger.give({std::move(settlements), std::move(saved)}); },
               .observer = observer},
              {.inline_time = 50ms,
               .timeout = 1s,
               .lease = 5s,
               .poll = 1ms,
               .concurrency = 8,
               .schedule = *Schedule::parse("1ms*1000")}};
};

TEST_F(Storm, ends_with_everything_told_and_nobody_waiting) {
  constexpr int commits = 200;
  constexpr int payments_a_commit = 10;
  std::atomic<int> let_go = 0;
  Worker<std::int64_t> payers(
      [&](std::int64_t payment) { relay.after_first_try({payment}, 2, [&] { ++let_go; }); });
  relay.start();
  for (int commit = 0; commit < commits; ++commit) {
    std::vector<Event> events;
    std::vector<Notification> notifications;
    for (int i = 0; i < payments_a_commit; ++i) {
      const std::int64_t payment = commit * payments_a_commit + i + 1;
      for (const auto& event : {paid_event(payment), refunded_event(payment)}) {
        events.push_back(event);
        const bool is_paid = event.type == EventType::paid;
        auto notification =
            notification_of(event, payment * 2 + (is_paid ? 0 : 1), i % 2 == 0 ? "" : "a", clock.now());
        if (is_paid) notification.due_at = notification.created_at + 300ms;
        table.add(notification, event);
        notifications.push_back(std::move(notification));
      }
    }
    relay.on_commit(notifications, events, 0ns);
    for (const auto& event : events) {
      if (event.type == EventType::paid) payers.give(event.after.id.value);
    }
    if (commit == commits / 2) faults.fail_next(3);
  }
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!(all_told() && let_go == commits * payments_a_commit)) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "not everything was told";
    std::this_thread::sleep_for(5ms);
  }
  payers.stop();
  http.stop();
  relay.stop();
  EXPECT_EQ(let_go, commits * payments_a_commit);
  EXPECT_GE(observer.delivered, 2 * commits * payments_a_commit);
}

}  // namespace
}  // namespace pay
