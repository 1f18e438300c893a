// What `verify` sees: one good history, then the same with one thing altered, a line each.
#include "query/verify.hpp"

#include <gmock/gmock.h>

#include <array>

#include "contract/store/samples.hpp"
#include "unit/query/fake_read_store.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

/// All rows of one payment.
struct History {
  Payment row;
  std::vector<Event> events;
  std::vector<Attempt> attempts;
  std::vector<Refund> refunds;

  void happen(EventType type, Payment after) {
    events.push_back({.type = type, .after = after});
    row = std::move(after);
  }
  [[nodiscard]] std::vector<std::string> check() const {
    return check_payment(row, events, attempts, refunds);
  }
};

/// Created, declined, authorized, captured in part, refunded in two steps.
History good_history() {
  History history{.row = new_payment({7})};
  const auto step = [&](EventType type, auto change) {
    auto next = history.row;
    ++next.version;
    next.updated_at += 1us;
    change(next);
    history.happen(type, std::move(next));
  };
  const auto refund = [&](std::int64_t id, std::int64_t minor) {
    history.refunds.push_back({.id = {id},
                               .payment_id = {7},
                               .amount_minor = minor,
                               .status = RefundStatus::succeeded,
                               .created_at = history.row.updated_at});
  };
  history.events.push_back({.type = EventType::created, .after = history.row});
  step(EventType::declined, [](Payment& p) { p.last_error = LastError{"card_declined", "lost_card"}; });
  step(EventType::authorized, [](Payment& p) {
    p.status = Status::authorized;
    p.authorized_minor = p.amount_minor;
    p.method = PaymentMethod{.brand = Brand::visa, .last4 = "4242", .expiry = {2030, 1}};
    p.last_error.reset();
    p.expires_at = p.updated_at + 1h;
  });
  step(EventType::paid, [](Payment& p) {
    p.status = Status::paid;
    p.captured_minor = 5000;
    p.expires_at.reset();
  });
  step(EventType::refunded, [](Payment& p) {
    p.status = Status::partially_refunded;
    p.refunded_minor = 2000;
  });
  refund(1, 2000);
  step(EventType::refunded, [](Payment& p) {
    p.status = Status::refunded;
    p.refunded_minor = 5000;
  });
  refund(2, 3000);
  history.attempts = {
      {.id = {1}, .payment_id = {7}, .provider = "simulator", .outcome = AttemptOutcome::declined},
      {.id = {2}, .payment_id = {7}, .provider = "simulator", .outcome = AttemptOutcome::succeeded}};
  return history;
}

TEST(CheckPayment, finds_nothing_in_a_good_history) {
  EXPECT_THAT(good_history().check(), IsEmpty());
}

struct Tampering {
  std::string_view finding;  ///< a part of the line that tells
  void (*alter)(History&);
};

constexpr auto row_tamperings = std::to_array<Tampering>({
    {"its order", [](History& h) { h.row.order_id = {2}; }},
    {"its user", [](History& h) { h.row.user_id = {8}; }},
    {"its amount", [](History& h) { ++h.row.amount_minor; }},
    {"its currency", [](History& h) { h.row.currency = *Currency::find("USD"); }},
    {"its time of creation", [](History& h) { h.row.created_at += 1us; }},
    {"its version", [](History& h) { ++h.row.version; }},
    {"its time of change", [](History& h) { h.row.updated_at += 1us; }},
    {"its status is paid", [](History& h) { h.row.status = Status::paid; }},
    {"its authorized amount", [](History& h) { --h.row.authorized_minor; }},
    {"its captured amount", [](History& h) { ++h.row.captured_minor; }},
    {"its refunded amount", [](History& h) { --h.row.refunded_minor; }},
    {"its method, last error or expiry", [](History& h) { h.row.method->last4 = "1111"; }},
    {"its method, last error or expiry", [](History& h) { h.row.method.reset(); }},
    {"its method, last error or expiry",
     [](History& h) { h.row.last_error = LastError{"card_declined", "x"}; }},
    {"its method, last error or expiry", [](History& h) { h.row.expires_at = h.row.updated_at; }},
});

constexpr auto event_tamperings = std::to_array<Tampering>({
    {"it has no events", [](History& h) { h.events.clear(); }},
    {"event 3 has sequence 4", [](History& h) { h.events.erase(h.events.begin() + 2); }},
    {"its version is not", [](History& h) { h.events.pop_back(); }},
    {"the first event is not its creation", [](History& h) { h.events.erase(h.events.begin()); }},
    {"event 2 has sequence 3", [](History& h) { ++h.events.at(1).after.version; }},
    {"event 2 has sequence 1", [](History& h) { h.events.insert(h.events.begin(), h.events.front()); }},
    {"event 4 is not later",
     [](History& h) { h.events.at(3).after.updated_at = h.events.at(2).after.updated_at; }},
    {"event 4 leads from authorized to canceled",
     [](History& h) { h.events.at(3).after.status = Status::canceled; }},
    {"event 4 leads from authorized to paid", [](History& h) { h.events.at(3).type = EventType::canceled; }},
    {"the amounts of event 2", [](History& h) { h.events.at(1).after.captured_minor = 1; }},
    {"the amounts of event 3", [](History& h) { h.events.at(2).after.authorized_minor = 1; }},
    {"the amounts of event 5", [](History& h) { h.events.at(4).after.captured_minor = 5950; }},
    {"the amounts of event 6", [](History& h) { h.events.at(5).after.refunded_minor = 2000; }},
    {"its amount", [](History& h) { h.events.front().after.amount_minor = 1; }},
    {"its user", [](History& h) { h.events.front().after.user_id = {8}; }},
    {"its refunded amount", [](History& h) { h.events.at(5).after.refunded_minor = 4999; }},
});

constexpr auto other_tamperings = std::to_array<Tampering>({
    {"refunds do not add up", [](History& h) { h.refunds.pop_back(); }},
    {"refunds do not add up", [](History& h) { h.refunds.push_back(h.refunds.front()); }},
    {"refunds do not add up", [](History& h) { ++h.refunds.front().amount_minor; }},
    {"refunds do not add up", [](History& h) { h.refunds.front().status = RefundStatus::failed; }},
    {"0 attempts succeeded", [](History& h) { h.attempts.pop_back(); }},
    {"2 attempts succeeded", [](History& h) { h.attempts.push_back(h.attempts.back()); }},
    {"declined attempts", [](History& h) { h.attempts.erase(h.attempts.begin()); }},
    {"declined attempts", [](History& h) { h.attempts.push_back(h.attempts.front()); }},
    {"1 attempts are open", [](History& h) { h.attempts.front().outcome = AttemptOutcome::unknown; }},
    {"0 attempts are open",
     [](History& h) { h.row.custody = Custody{.provider = "bank", .reference = {}, .open = {2}}; }},
    {"its next action is not its last event's",
     [](History& h) { h.row.next_action = NextAction{.url = "x"}; }},
});

/// Paid at a provider; a refund of part is under way.
History history_at_provider() {
  History history{.row = new_payment({7})};
  history.events.push_back({.type = EventType::created, .after = history.row});
  const auto step = [&](EventType type, auto change) {
    auto next = history.row;
    ++next.version;
    next.updated_at += 1us;
    change(next);
    history.happen(type, std::move(next));
  };
  step(EventType::processing, [](Payment& p) {
    p.status = Status::processing;
    p.custody = Custody{.provider = "bank", .reference = {}, .open = {1}};
  });
  step(EventType::declined, [](Payment& p) {
    p.status = Status::pending;
    p.last_error = LastError{"unavailable", ""};
    p.custody.reset();
  });
  step(EventType::processing, [](Payment& p) { p.status = Status::processing; });
  step(EventType::requires_action, [](Payment& p) {
    p.status = Status::requires_action;
    p.next_action = NextAction{.url = "https://bank.test"};
  });
  step(EventType::paid, [](Payment& p) {
    p.status = Status::paid;
    p.next_action.reset();
    p.last_error.reset();
    p.authorized_minor = p.captured_minor = p.amount_minor;
  });
  history.row.custody = Custody{.provider = "bank", .reference = "auth_1", .open = {3}};
  const auto attempt = [](std::int64_t id, AttemptKind kind, AttemptOutcome outcome) {
    Attempt made{.id = {id}, .payment_id = {7}, .kind = kind, .provider = "bank", .outcome = outcome};
    made.call = ProviderCall{.amount_minor = 1000};
    return made;
  };
  history.attempts = {attempt(1, AttemptKind::authorize, AttemptOutcome::not_executed),
                      attempt(2, AttemptKind::authorize, AttemptOutcome::succeeded),
                      attempt(3, AttemptKind::refund, AttemptOutcome::unknown)};
  history.attempts.back().call->refund = {9};
  history.refunds = {{.id = {9}, .payment_id = {7}, .amount_minor = 1000}};
  return history;
}

constexpr auto provider_tamperings = std::to_array<Tampering>({
    {"1 attempts are open, and it waits for 0", [](History& h) { h.row.custody->open = {}; }},
    {"0 attempts are open, and it waits for 3",
     [](History& h) { h.attempts.back().outcome = AttemptOutcome::succeeded; }},
    {"2 attempts are open", [](History& h) { h.attempts.front().outcome = AttemptOutcome::pending; }},
    {"the attempt that it waits for is not open", [](History& h) { h.row.custody->open = {2}; }},
    {"at another provider", [](History& h) { h.row.custody->provider = "other"; }},
    {"its status is not that of its open attempt",
     [](History& h) { h.attempts.back().kind = AttemptKind::authorize; }},
    {"its status is not that of its open attempt", [](History& h) { h.row.status = Status::processing; }},
    {"its next action", [](History& h) { h.row.next_action = NextAction{.url = "x"}; }},
    {"its next action does not go with its status",
     [](History& h) { h.row.status = Status::requires_action; }},
    {"it is pending, and at a provider", [](History& h) { h.row.status = Status::pending; }},
    {"its pending refunds", [](History& h) { h.refunds.front().status = RefundStatus::failed; }},
    {"its pending refunds", [](History& h) { h.attempts.back().call->refund = {8}; }},
    {"0 attempts succeeded", [](History& h) { h.attempts.at(1).outcome = AttemptOutcome::not_executed; }},
    {"2 attempts succeeded", [](History& h) { h.attempts.at(0).outcome = AttemptOutcome::succeeded; }},
    {"declined attempts", [](History& h) { h.attempts.at(0).outcome = AttemptOutcome::declined; }},
    {"leads from requires_action to paid", [](History& h) { h.events.at(5).type = EventType::processing; }},
});

void expect_all_to_be_seen(std::span<const Tampering> tamperings, History (*good)() = good_history) {
  for (std::size_t i = 0; i < tamperings.size(); ++i) {
    auto history = good();
    tamperings[i].alter(history);
    EXPECT_THAT(history.check(), testing::Contains(HasSubstr(tamperings[i].finding))) << "row " << i;
  }
}

TEST(CheckPayment, sees_every_column_of_the_payment_that_is_altered) {
  expect_all_to_be_seen(row_tamperings);
}

TEST(CheckPayment, sees_events_that_are_altered_added_or_gone) {
  expect_all_to_be_seen(event_tamperings);
}

TEST(CheckPayment, sees_refunds_and_attempts_that_are_altered_added_or_gone) {
  expect_all_to_be_seen(other_tamperings);
}

TEST(CheckPayment, sees_what_waits_for_a_provider_and_is_altered) {
  EXPECT_THAT(history_at_provider().check(), IsEmpty());
  expect_all_to_be_seen(provider_tamperings, history_at_provider);
}

/// All rows altered alike still break a rule of money.
TEST(CheckPayment, sees_more_captured_than_authorized_and_more_refunded_than_captured) {
  auto history = good_history();
  const auto everywhere = [&](auto alter) {
    alter(history.row);
    for (auto& event : history.events) alter(event.after);
  };
  everywhere([](Payment& p) {
    if (p.captured_minor > 0) p.captured_minor = 6000;
  });
  EXPECT_THAT(history.check(), testing::Contains(HasSubstr("more was captured than authorized")));
  everywhere([](Payment& p) {
    if (p.captured_minor > 0) p.captured_minor = 4000;
  });
  EXPECT_THAT(history.check(), testing::Contains(HasSubstr("more was refunded than captured")));
}

TEST(CheckPayment, lets_an_adopted_payment_be_as_it_was) {
  auto adopted = new_payment({7});
  adopted.amount_minor = 0;
  History history{.row = adopted, .events = {{.type = EventType::created, .after = adopted}}};
  EXPECT_THAT(history.check(), IsEmpty());
  history.happen(EventType::paid, [&] {
    auto after = paid(adopted);
    after.method.reset();
    return after;
  }());
  EXPECT_THAT(history.check(), IsEmpty());
}

class Verify : public testing::Test {
 protected:
  void SetUp() override {
    for (std::int64_t id = 1; id <= 1001; ++id) {
      const auto payment = new_payment({id});
      shelf_.payments.push_back(payment);
      shelf_.events.push_back({.type = EventType::created, .after = payment});
      shelf_.keys.push_back(key_about(payment, "k" + std::to_string(10'000 + id)));
    }
  }
  VerifyCounts run() {
    FakeReadStore store(shelf_);
    lines_.clear();
    return verify(store, [this](const std::string& line) { lines_.push_back(line); });
  }

  Shelf shelf_;
  std::vector<std::string> lines_;
};

TEST_F(Verify, looks_at_every_payment_and_key_and_ends_its_snapshot) {
  const auto counts = run();
  EXPECT_EQ(counts.payments, 1001U);
  EXPECT_EQ(counts.keys, 1001U);
  EXPECT_EQ(counts.problems, 0U);
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_EQ(shelf_.snapshots, 0);
}

TEST_F(Verify, sees_a_payment_on_the_last_page) {
  shelf_.payments.back().status = Status::paid;
  const auto counts = run();
  EXPECT_EQ(counts.problems, lines_.size());
  EXPECT_THAT(lines_, testing::Contains(HasSubstr("payment 1001: its status")));
}

TEST_F(Verify, sees_keys_that_refer_to_nothing) {
  shelf_.keys.at(0).payment = {2000};
  shelf_.keys.at(1).sequence = 2;
  shelf_.keys.at(2).sequence = 0;
  shelf_.keys.at(3).payment = {0};
  shelf_.keys.at(3).order = {1};
  EXPECT_EQ(run().problems, 3U);
  EXPECT_THAT(lines_, testing::Each(HasSubstr("a key refers to event")));
}

TEST_F(Verify, sees_rows_that_belong_to_no_payment) {
  shelf_.orphans = 3;
  EXPECT_EQ(run().problems, 1U);
  EXPECT_THAT(lines_.front(), HasSubstr("3 events, attempts or refunds belong to no payment"));
}

}  // namespace
}  // namespace pay::test
