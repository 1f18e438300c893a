// Attempts that nobody knows the outcome of, a clock that the test moves, and the loop that finds out.
#include "flow/repairer.hpp"

#include <gmock/gmock.h>

#include "flow/inquiry.hpp"
#include "unit/flow/desk.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;

class RepairerTest : public Desk {
 protected:
  PaymentId create_unknown() {
    const auto id = create();
    auto waits = give(process(id), {fmt::format("k{}", id.value)});
    fake().answer_next(Unknown{.why = "reset"});
    reply(std::move(waits));
    return id;
  }
  /// Those that are due later than now.
  std::size_t claimed() {
    return shared_.look([this](const Memory& memory) {
      return static_cast<std::size_t>(std::ranges::count_if(memory.attempts, [this](const Attempt& attempt) {
        return attempt.call && attempt.call->due_at && *attempt.call->due_at > clock_.now();
      }));
    });
  }
  std::size_t open_attempts() {
    return shared_.look([](const Memory& memory) {
      return static_cast<std::size_t>(std::ranges::count_if(
          memory.attempts, [](const Attempt& attempt) { return !is_final(attempt.outcome); }));
    });
  }
};

TEST_F(RepairerTest, what_is_unknown_is_looked_up_when_it_is_due) {
  open({"stripe"});
  const auto id = create_unknown();
  repair();
  EXPECT_TRUE(comes_true([&] { return claims_ > 3; }));
  EXPECT_EQ(fake().looked_up(), 0U);
  clock_.advance(2s);
  auto question = fake().next();
  EXPECT_TRUE(question.is_look_up);
  question.done(Succeeded{.method = visa(), .reference = "pi_1"});
  EXPECT_TRUE(comes_true([&] { return status(id) == "paid"; }));
  EXPECT_TRUE(payment_reply(give(process(id), {"k1"})).replayed);
}

TEST_F(RepairerTest, what_stays_unknown_becomes_an_operators_after_a_day) {
  open({"stripe"}, {.failures_to_open = 1000});
  create_unknown();
  fake().script([](const Instruction&, bool) { return Outcome(Unknown{.why = "reset"}); });
  repair();
  const auto began = clock_.now();
  // Time passes in small steps, whatever the loop is doing at that moment: a step may fall between a claim
  // and its outcome.
  EXPECT_TRUE(comes_true([&] {
    if (shared_.look([](const Memory& memory) { return memory.attempts.at(0).call->needs_attention; }))
      return true;
    clock_.advance(1min);
    return false;
  }));
  EXPECT_GE(clock_.now() - began, 24h);
  EXPECT_GE(fake().looked_up(), 7U);
  EXPECT_THAT(attempts(), ElementsAre("stripe authorize unknown"));
}

TEST_F(RepairerTest, a_payer_whose_time_is_over_is_given_up) {
  open({"stripe"});
  const auto id = create();
  auto waits = give(process(id));
  const ActionRequired waiting{
      .url = "https://bank/approve", .expires_at = clock_.now() + 1h, .reference = "pi_1"};
  fake().answer_next(waiting);
  reply(std::move(waits));
  repair();
  clock_.advance(1h);
  fake().answer_next(waiting);
  fake().answer_next(Succeeded{});
  EXPECT_TRUE(comes_true([&] { return status(id) == "pending"; }));
  EXPECT_EQ(kept(id).last_error->decline_code, approval_expired);
}

TEST_F(RepairerTest, a_payer_who_never_comes_is_given_up_though_the_provider_names_no_end) {
  open({"stripe"});
  const auto id = create();
  auto waits = give(process(id));
  const ActionRequired waiting{.url = "https://bank/approve", .expires_at = {}, .reference = "pi_1"};
  fake().answer_next(waiting);
  reply(std::move(waits));
  clock_.advance(24h);
  repair();
  fake().answer_next(waiting);
  fake().answer_next(Succeeded{});
  EXPECT_TRUE(comes_true([&] { return status(id) == "pending"; }));
  EXPECT_EQ(kept(id).last_error->decline_code, approval_expired);
}

TEST_F(RepairerTest, goes_on_when_the_database_is_back) {
  open({"stripe"});
  const auto id = create_unknown();
  is_away_ = true;
  repair();
  clock_.advance(2s);
  std::this_thread::sleep_for(10ms);
  EXPECT_EQ(fake().looked_up(), 0U);
  is_away_ = false;
  fake().answer_next(Succeeded{.method = visa(), .reference = "pi_1"});
  EXPECT_TRUE(comes_true([&] { return status(id) == "paid"; }));
}

TEST_F(RepairerTest, claims_no_more_than_the_guard_has_room_for) {
  open({"stripe"}, {.concurrency = 2, .failures_to_open = 100});
  for (int i = 0; i < 5; ++i) create_unknown();
  clock_.advance(2s);
  repair();
  auto first = fake().next();
  auto second = fake().next();
  const auto claims = claims_.load();
  repairer_->wake();
  std::this_thread::sleep_for(10ms);
  EXPECT_EQ(claims_, claims);
  EXPECT_EQ(providers_->find("stripe")->health().waiting, 0U);
  first.done(Succeeded{.method = visa(), .reference = "a"});
  second.done(Succeeded{.method = visa(), .reference = "b"});
  for (int i = 0; i < 3; ++i) fake().answer_next(Succeeded{.method = visa(), .reference = "c"});
  EXPECT_TRUE(comes_true([&] { return open_attempts() == 0; }));
}

TEST_F(RepairerTest, what_was_claimed_and_waits_for_the_executor_takes_its_place) {
  open({"stripe"}, {.concurrency = 2, .failures_to_open = 100});
  for (int i = 0; i < 6; ++i) create_unknown();
  clock_.advance(2s);
  shared_.is_held = true;
  repair();
  EXPECT_TRUE(comes_true([&] { return claims_ > 0; }));
  for (int i = 0; i < 5; ++i) {
    repairer_->wake();
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(claimed(), 2U);
  shared_.let_go();
  for (int i = 0; i < 6; ++i) fake().answer_next(Succeeded{.method = visa(), .reference = "c"});
  EXPECT_TRUE(comes_true([&] { return open_attempts() == 0; }));
}

TEST_F(RepairerTest, after_an_outage_all_are_repaired_without_waiting_for_the_next_poll) {
  open({"stripe"}, {.concurrency = 16});
  constexpr std::size_t count = 1'000;
  fake().script([](const Instruction&, bool) { return Outcome(Pending{}); });
  std::vector<Waits> waits;
  for (std::size_t i = 0; i < count; ++i) reply(give(process(create())));
  ASSERT_EQ(open_attempts(), count);
  fake().script(
      [](const Instruction&, bool) { return Outcome(Succeeded{.method = visa(), .reference = "r"}); });
  clock_.advance(2s);
  repair(10s);
  EXPECT_TRUE(comes_true([&] { return open_attempts() == 0; }, 9s));
}

TEST_F(RepairerTest, what_is_under_way_when_it_stops_is_settled) {
  open({"stripe"});
  const auto id = create_unknown();
  clock_.advance(2s);
  repair();
  auto question = fake().next();
  repairer_->stop();
  question.done(Succeeded{.method = visa(), .reference = "pi_1"});
  EXPECT_TRUE(comes_true([&] { return status(id) == "paid"; }));
}

}  // namespace
}  // namespace pay::test
