// Two instances, one outbox, and everything that goes wrong between them and the receivers, at random: each
// notification is delivered or dead in the end, no instance tries one twice at once, two instances never do
// while their leases hold, and those of one payment are told in their order. Time is the test's own. The seed
// is printed; PAY_SEED repeats a run.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <random>

#include "base/log.hpp"
#include "outbox/courier.hpp"
#include "unit/outbox/fakes.hpp"
#include "unit/outbox/table.hpp"

namespace pay {
namespace {

using namespace test;
using http::CallFailure;

/// The world of one run.
class Shops {
 public:
  explicit Shops(std::uint64_t seed) : random_(seed) {
    options_.concurrency = 3;
    options_.schedule = *Schedule::parse("1s 2s 4s*3");
    options_.lease = 8s;
    for (auto& instance : instances_) instance = make_instance();
  }

  void step() {
    if (pick(100) == 0) is_away_ = !is_away_;
    switch (pick(10)) {
      case 0:
      case 1:
      case 2:
        return become_paid();
      case 3:
        return refund();
      case 4:
        return claim(pick(2));
      case 5:
        return settle_some(pick(2));
      case 6:
        return pass_time(std::chrono::milliseconds(pick(700)));
      default:
        return answer_some(pick(2));
    }
  }

  /// Everybody answers well from now on, until nothing is pending.
  void calm_down() {
    is_calm_ = true;
    is_away_ = false;
    for (int turn = 0; turn < 400 && is_anything_pending(); ++turn) {
      for (std::size_t i = 0; i < instances_.size(); ++i) {
        claim(i);
        while (!instances_[i]->calls.empty()) answer_some(i);
        while (instances_[i]->ledger.waiting() > 0) settle_some(i);
      }
      pass_time(500ms);
    }
  }

  [[nodiscard]] bool is_anything_pending() const {
    return std::ranges::any_of(table_.all(), [](const Notification& notification) {
      return notification.status == NotificationStatus::pending;
    });
  }

  void check_the_end() const {
    ASSERT_FALSE(is_anything_pending());
    for (const auto& notification : table_.all()) {
      if (notification.status == NotificationStatus::delivered) {
        EXPECT_TRUE(delivered_.contains(notification.id)) << notification.id.value;
      } else {
        EXPECT_FALSE(notification.last_error.empty());
      }
    }
    EXPECT_TRUE(waiting_payers_.empty()) << "somebody was never let go";
  }

 private:
  struct UnderWay {
    NotificationId id;
    http::Client::Call call;
    Moment ends_by;
  };
  struct Instance {
    FakeHttp http;
    FakeLedger ledger{false};
    CountingObserver observer;
    std::shared_ptr<Courier> courier;
    std::set<NotificationId> under_way;
    std::vector<UnderWay> calls;
  };

  std::unique_ptr<Instance> make_instance() {
    auto instance = std::make_unique<Instance>();
    instance->courier = Courier::create(
        {.client = instance->http,
         .clock = clock_,
         .find_destination =
             [](std::string_view client) { return Destination{.url = "http://" + std::string(client)}; },
         .list_audience = [] { return std::vector<std::string>{"a", "b"}; },
         .render = [](const Event&) { return std::string("{}"); },
         .settle = instance->ledger.settle(),
         .observer = instance->observer},
        options_, {.now = steady_.source(), .seed = random_()});
    instance->courier->open();
    return instance;
  }

  std::size_t pick(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }

  void become_paid() {
    const auto payment = static_cast<std::int64_t>(++payments_);
    commit(paid_event(payment), payment * 2);
    waiting_payers_.insert(payment);
    instances_[payments_ % 2]->courier->after_first_try({payment}, 2,
                                                        [this, payment] { waiting_payers_.erase(payment); });
  }
  void refund() {
    if (refunds_ >= payments_) return;
    const auto payment = static_cast<std::int64_t>(++refunds_);
    commit(refunded_event(payment), payment * 2 + 1);
  }
  void commit(const Event& event, std::int64_t id) {
    const auto payment = event.after.id.value;
    const auto notification = notification_of(event, id, payment % 3 == 0 ? "a" : "b", clock_.now());
    table_.add(notification, event);
    auto& instance = *instances_[static_cast<std::size_t>(payment) % 2];
    instance.courier->on_commit({&notification, 1}, {&event, 1}, 0ns);
    collect(instance);
  }

  void claim(std::size_t which) {
    auto& instance = *instances_[which];
    const auto asks = instance.courier->begin_claim();
    const auto until = steady_.now() + options_.lease;
    std::vector<Claimed> claimed;
    if (!is_away_) claimed = table_.claim(asks, options_.lease, clock_.now());
    // Clocks of databases jump: what is on its way may come again.
    if (!is_calm_ && pick(4) == 0) {
      for (const auto& [id, call, ends_by] : instance.calls) claimed.push_back(table_.claimed(id.value));
    }
    // What is claimed may arrive late.
    if (!is_calm_ && pick(4) == 0) settle_some(which);
    instance.courier->take(asks, std::move(claimed), until);
    collect(instance);
  }

  /// Looks at what was sent anew.
  void collect(Instance& instance) {
    for (auto& call : instance.http.take_all()) {
      const auto payment = payment_told(call.request);
      const bool is_paid = boost::json::parse(call.request.body).at("is_paid").as_bool();
      const NotificationId id{payment * 2 + (is_paid ? 0 : 1)};
      EXPECT_TRUE(instance.under_way.insert(id).second) << "tried twice at once: " << id.value;
      if (!is_paid) {
        EXPECT_NE(table_.get(payment * 2).status, NotificationStatus::pending)
            << "the refund of " << payment << " was told before its payment";
      }
      // A call may take all its time: until then no other instance may find the row due.
      const auto row = table_.get(id.value);
      if (row.status == NotificationStatus::pending) {
        EXPECT_GE(row.due_at, clock_.now() + call.request.timeout) << id.value;
      }
      for (const auto& other : instances_)
        EXPECT_TRUE(other.get() == &instance || !other->under_way.contains(id)) << id.value;
      const auto ends_by = steady_.now() + call.request.timeout;
      instance.calls.push_back({id, std::move(call), ends_by});
    }
  }

  http::CallOutcome next_outcome() {
    if (is_calm_) return updated();
    switch (pick(12)) {
      case 0:
        return failure(CallFailure::timed_out);
      case 1:
      case 2:
        return failure(CallFailure::refused);
      case 3:
        return failure(CallFailure::broken);
      case 4:
        return http::Answer{.status = 500};
      case 5:
        return updated(false);
      default:
        return updated();
    }
  }

  void answer_some(std::size_t which) {
    auto& instance = *instances_[which];
    collect(instance);
    if (instance.calls.empty()) return;
    const auto at = static_cast<std::ptrdiff_t>(pick(instance.calls.size()));
    end_call(instance, at, next_outcome());
  }
  void end_call(Instance& instance, std::ptrdiff_t at, http::CallOutcome outcome) {
    auto ended = std::move(instance.calls[static_cast<std::size_t>(at)]);
    instance.calls.erase(instance.calls.begin() + at);
    instance.under_way.erase(ended.id);
    if (outcome && !complaint(NotifyStyle::store_manager, *outcome)) delivered_.insert(ended.id);
    ended.call.done(std::move(outcome));
    collect(instance);
  }

  void settle_some(std::size_t which) {
    auto& ledger = instances_[which]->ledger;
    if (ledger.waiting() == 0) return;
    const bool saved = is_calm_ || (!is_away_ && pick(5) != 0);
    if (saved) table_.apply(ledger.oldest());
    ledger.answer(saved);
  }

  void pass_time(std::chrono::milliseconds time) {
    // Commits are quick, or fail.
    for (std::size_t i = 0; i < instances_.size(); ++i) {
      while (instances_[i]->ledger.waiting() > 0) settle_some(i);
    }
    clock_.advance(time);
    steady_.advance(time);
    for (auto& instance : instances_) {
      time_out(*instance);
      instance->courier->look_after();
      collect(*instance);
    }
  }
  /// The client keeps its word: no call takes longer than its time.
  void time_out(Instance& instance) {
    for (std::size_t i = instance.calls.size(); i-- > 0;) {
      if (i < instance.calls.size() && steady_.now() >= instance.calls[i].ends_by)
        end_call(instance, static_cast<std::ptrdiff_t>(i), failure(CallFailure::timed_out));
    }
  }

  std::mt19937_64 random_;
  Relay::Options options_;
  FakeClock clock_;
  FakeSteady steady_;
  Table table_;
  std::array<std::unique_ptr<Instance>, 2> instances_;
  std::size_t payments_ = 0;
  std::size_t refunds_ = 0;
  std::set<NotificationId> delivered_;
  std::set<std::int64_t> waiting_payers_;
  bool is_calm_ = false;
  bool is_away_ = false;  ///< the database
};

TEST(Relay, whatever_goes_wrong_each_is_told_or_dead_never_twice_at_once_and_in_order) {
  log::configure(log::Level::off, log::Format::text);
  const auto* const wanted = std::getenv("PAY_SEED");
  const auto first = wanted != nullptr ? std::stoull(wanted) : std::random_device{}();
  const int runs = wanted != nullptr ? 1 : 20;
  for (int run = 0; run < runs && !testing::Test::HasFailure(); ++run) {
    const auto seed = first + static_cast<std::uint64_t>(run);
    SCOPED_TRACE("PAY_SEED=" + std::to_string(seed));
    Shops shops(seed);
    for (int i = 0; i < 1000; ++i) shops.step();
    shops.calm_down();
    shops.check_the_end();
  }
  std::cout << "seeds from " << first << "\n";
}

}  // namespace
}  // namespace pay
