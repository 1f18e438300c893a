// A guard before a provider that answers when the test says, at moments that the test sets.
#include "flow/guard.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "unit/flow/fakes.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;

class GuardTest : public testing::Test {
 protected:
  void guard(Guard::Options options) {
    auto provider = std::make_unique<FakeProvider>("bank");
    provider_ = provider.get();
    guard_ = std::make_unique<Guard>(std::move(provider), options, observer_, [this] { return now_; });
  }
  void call(std::int64_t attempt) {
    guard_->carry_out(instruction(attempt), [this](const Outcome& outcome) { note(outcome); });
  }
  void look(std::int64_t attempt) {
    guard_->look_up(instruction(attempt), [this](const Outcome& outcome) { note(outcome); });
  }
  void note(const Outcome& outcome) { said_.emplace_back(name(outcome)); }
  std::vector<std::string> said() { return std::exchange(said_, {}); }
  void fail_times(int count) {
    for (int i = 0; i < count; ++i) {
      call(i);
      provider_->answer_next(Unknown{.why = "reset", .contact = Contact::silent});
    }
  }

  Moment now_{1h};
  CountingObserver observer_;
  FakeProvider* provider_ = nullptr;
  std::unique_ptr<Guard> guard_;
  std::vector<std::string> said_;
};

TEST_F(GuardTest, lets_so_many_pass_and_the_others_in_order_of_arrival) {
  guard({.concurrency = 2});
  for (int i = 1; i <= 4; ++i) call(i);
  EXPECT_EQ(provider_->kept(), 2U);
  EXPECT_EQ(guard_->room(), 0U);
  EXPECT_EQ(guard_->health().in_flight, 2U);
  EXPECT_EQ(guard_->health().waiting, 2U);
  provider_->answer_next(Succeeded{});
  provider_->answer_next(Succeeded{});
  auto third = provider_->next();
  EXPECT_EQ(third.instruction.attempt.id, AttemptId{3});
  third.done(Succeeded{});
  auto fourth = provider_->next();
  EXPECT_EQ(fourth.instruction.attempt.id, AttemptId{4});
  fourth.done(Succeeded{});
  EXPECT_THAT(said(), ElementsAre("succeeded", "succeeded", "succeeded", "succeeded"));
  EXPECT_EQ(guard_->room(), 2U);
}

TEST_F(GuardTest, a_call_that_waited_too_long_is_kept_back) {
  guard({.concurrency = 1, .deadline = 10s});
  call(1);
  call(2);
  look(3);
  now_ += 5s;
  guard_->look_after();
  EXPECT_THAT(said(), ElementsAre());
  now_ += 1ms;
  guard_->look_after();
  EXPECT_THAT(said(), ElementsAre("not_executed", "unknown"));
  provider_->answer_next(Succeeded{});
  EXPECT_EQ(provider_->asked() + provider_->looked_up(), 1U);
}

TEST_F(GuardTest, more_than_may_wait_are_kept_back_at_once) {
  guard({.concurrency = 1, .queue_limit = 1});
  call(1);
  call(2);
  call(3);
  EXPECT_THAT(said(), ElementsAre("not_executed"));
  provider_->answer_next(Succeeded{});
  provider_->answer_next(Succeeded{});
}

TEST_F(GuardTest, failures_in_a_row_open_the_circuit) {
  guard({.failures_to_open = 3});
  fail_times(3);
  EXPECT_THAT(observer_.circuit(), ElementsAre(true));
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::down);
  EXPECT_EQ(guard_->health().last_error, "reset");
  EXPECT_EQ(guard_->room(), 0U);
  said();
  call(9);
  look(9);
  EXPECT_THAT(said(), ElementsAre("not_executed", "unknown"));
  EXPECT_EQ(provider_->asked(), 3U);
}

// Five attempts that nobody can look up any more, or that a shop asks for in vain, close no door.
TEST_F(GuardTest, what_an_answer_says_opens_no_circuit) {
  guard({.failures_to_open = 3});
  for (int i = 0; i < 5; ++i) {
    look(i);
    provider_->answer_next(Unknown{.why = "another amount", .contact = Contact::answered});
    call(i);
    provider_->answer_next(NotExecuted{.why = "400 balance_insufficient", .contact = Contact::answered});
  }
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::up);
  EXPECT_EQ(guard_->health().last_error, "400 balance_insufficient");
}

TEST_F(GuardTest, a_call_that_asked_nobody_counts_neither_way) {
  guard({.failures_to_open = 3});
  fail_times(2);
  for (int i = 0; i < 5; ++i) {
    look(i);
    provider_->answer_next(Unknown{.why = "the card that was typed is gone"});
  }
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::up);
  fail_times(1);
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::down);
}

TEST_F(GuardTest, a_trial_that_asked_nobody_gives_its_place_to_the_next) {
  guard({.failures_to_open = 1, .trial_interval = 5s});
  fail_times(1);
  now_ += 5s;
  said();
  look(1);
  provider_->answer_next(Unknown{.why = "the card that was typed is gone"});
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::trial);
  call(2);
  provider_->answer_next(Succeeded{});
  EXPECT_THAT(said(), ElementsAre("unknown", "succeeded"));
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::up);
}

TEST_F(GuardTest, what_asked_nobody_leaves_an_open_circuit_as_it_is) {
  guard({.failures_to_open = 1});
  call(1);
  call(2);
  auto late = provider_->next();
  provider_->answer_next(Unknown{.why = "reset", .contact = Contact::silent});
  late.done(Unknown{.why = "nobody was asked"});
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::down);
}

TEST_F(GuardTest, an_answer_begins_the_count_anew) {
  guard({.failures_to_open = 3});
  fail_times(2);
  call(1);
  provider_->answer_next(Declined{"generic_decline"});
  fail_times(2);
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::up);
}

TEST_F(GuardTest, an_answer_that_took_too_long_is_a_failure) {
  guard({.slow = 5s, .failures_to_open = 1});
  call(1);
  now_ += 5001ms;
  provider_->answer_next(Succeeded{});
  EXPECT_THAT(said(), ElementsAre("succeeded"));
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::down);
  EXPECT_EQ(guard_->health().last_error, "it took 5001 ms to answer");
}

TEST_F(GuardTest, one_call_at_a_time_tries_an_open_circuit_and_closes_it) {
  guard({.slow = 1min, .failures_to_open = 1, .trial_interval = 5s});
  fail_times(1);
  now_ += 5s;
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::trial);
  EXPECT_EQ(guard_->room(), 1U);
  said();
  call(1);
  now_ += 10s;
  call(2);
  EXPECT_THAT(said(), ElementsAre("not_executed"));
  EXPECT_EQ(guard_->room(), 0U);
  provider_->answer_next(Succeeded{});
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::up);
  EXPECT_THAT(observer_.circuit(), ElementsAre(true, false));
  call(3);
  call(4);
  EXPECT_EQ(provider_->kept(), 2U);
  provider_->answer_next(Succeeded{});
  provider_->answer_next(Succeeded{});
}

TEST_F(GuardTest, a_trial_that_fails_leaves_it_open) {
  guard({.failures_to_open = 1, .trial_interval = 5s});
  fail_times(1);
  now_ += 5s;
  call(1);
  provider_->answer_next(NotExecuted{.why = "refused", .contact = Contact::silent});
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::down);
  now_ += 5s;
  EXPECT_EQ(guard_->room(), 1U);
}

TEST_F(GuardTest, those_that_wait_are_kept_back_when_the_circuit_opens) {
  guard({.concurrency = 1, .failures_to_open = 1});
  call(1);
  call(2);
  look(3);
  provider_->answer_next(Unknown{.why = "time-out", .contact = Contact::silent});
  EXPECT_THAT(said(), ElementsAre("unknown", "not_executed", "unknown"));
}

TEST_F(GuardTest, a_thousand_that_wait_for_answers_at_once_do_not_nest) {
  guard({.concurrency = 1});
  call(0);
  for (int i = 1; i <= 20'000; ++i) call(i);
  provider_->script([](const Instruction&, bool) { return Outcome(Succeeded{}); });
  provider_->answer_next(Succeeded{});
  EXPECT_EQ(said().size(), 20'001U);
}

TEST_F(GuardTest, a_call_that_its_provider_drops_is_unknown) {
  guard({});
  call(1);
  {
    const auto dropped = provider_->next();
  }
  EXPECT_THAT(said(), ElementsAre("unknown"));
  EXPECT_EQ(guard_->health().in_flight, 0U);
}

TEST_F(GuardTest, a_provider_that_throws_has_not_said_anything) {
  guard({});
  provider_->script(
      [](const Instruction&, bool) -> std::optional<Outcome> { throw std::runtime_error("x"); });
  call(1);
  EXPECT_THAT(said(), ElementsAre("unknown"));
}

TEST_F(GuardTest, a_stopped_one_keeps_everything_back) {
  guard({.concurrency = 1});
  call(1);
  call(2);
  guard_->stop();
  EXPECT_THAT(said(), ElementsAre("not_executed"));
  call(3);
  EXPECT_THAT(said(), ElementsAre("not_executed"));
  provider_->answer_next(Succeeded{});
  EXPECT_THAT(said(), ElementsAre("succeeded"));
}

TEST_F(GuardTest, counts_what_its_provider_said) {
  guard({});
  call(1);
  provider_->answer_next(Declined{"expired_card"});
  call(2);
  provider_->answer_next(Pending{});
  EXPECT_THAT(observer_.outcomes(), ElementsAre("declined", "pending"));
}

TEST_F(GuardTest, counts_how_long_calls_waited_before_they_began) {
  guard({.concurrency = 1});
  call(1);
  call(2);
  now_ += 300ms;
  provider_->answer_next(Succeeded{});
  EXPECT_THAT(observer_.waits(), ElementsAre(0ms, 300ms));
  now_ += 50ms;
  provider_->answer_next(Succeeded{});
  EXPECT_THAT(observer_.waits(), ElementsAre(0ms, 300ms));
}

TEST_F(GuardTest, counts_what_it_keeps_back_by_reason) {
  guard({.concurrency = 1, .queue_limit = 1, .deadline = 10s, .slow = 1min, .failures_to_open = 1});
  for (int i = 1; i <= 3; ++i) call(i);
  now_ += 5001ms;
  guard_->look_after();
  EXPECT_THAT(observer_.kept_back(), ElementsAre("queue_full", "waited_too_long"));
  look(4);
  provider_->answer_next(Unknown{.why = "time-out", .contact = Contact::silent});
  look(5);
  EXPECT_THAT(observer_.kept_back(),
              ElementsAre("queue_full", "waited_too_long", "circuit_open", "circuit_open"));
  guard_->stop();
  call(6);
  EXPECT_EQ(observer_.kept_back().back(), "stopping");
  EXPECT_THAT(observer_.waits(), ElementsAre(0ms));
}

TEST_F(GuardTest, a_call_may_wait_half_as_long_as_it_may_take_and_then_take_all_of_it) {
  guard({.concurrency = 1, .deadline = 10s, .slow = 10s, .failures_to_open = 1});
  call(1);
  call(2);
  now_ += 5s;
  provider_->answer_next(Succeeded{});
  now_ += 10s;
  provider_->answer_next(Succeeded{});
  EXPECT_THAT(said(), ElementsAre("succeeded", "succeeded"));
  EXPECT_EQ(guard_->health().state, ProviderHealth::State::up);
}

TEST(GuardStorm, every_call_is_answered_once_and_never_more_at_a_time) {
  constexpr std::size_t most = 8;
  constexpr int threads = 4;
  constexpr int calls = 2'000;
  std::atomic<std::size_t> in_flight = 0;
  std::atomic<std::size_t> highest = 0;
  std::atomic<int> answered = 0;
  CountingObserver observer;
  auto provider = std::make_unique<FakeProvider>("bank");
  auto& bank = *provider;
  bank.script([&](const Instruction& asked, bool) -> std::optional<Outcome> {
    const auto now = ++in_flight;
    for (auto seen = highest.load(); now > seen && !highest.compare_exchange_weak(seen, now);) continue;
    if (asked.attempt.id.value % 3 == 0) return std::nullopt;
    --in_flight;
    return Succeeded{};
  });
  Guard guard(std::move(provider), {.concurrency = most, .deadline = 10min}, observer);
  std::atomic<bool> is_over = false;
  std::thread answering([&] {
    while (!is_over) {
      if (bank.kept() == 0) {
        std::this_thread::yield();
        continue;
      }
      auto question = bank.next();
      --in_flight;
      question.done(Succeeded{});
    }
  });
  std::vector<std::thread> callers;
  for (int t = 0; t < threads; ++t) {
    callers.emplace_back([&] {
      for (int i = 1; i <= calls; ++i) guard.carry_out(instruction(i), [&](const Outcome&) { ++answered; });
    });
  }
  for (auto& caller : callers) caller.join();
  while (answered < threads * calls) std::this_thread::yield();
  is_over = true;
  answering.join();
  EXPECT_EQ(answered, threads * calls);
  EXPECT_LE(highest, most);
  EXPECT_EQ(guard.health().waiting, 0U);
}

}  // namespace
}  // namespace pay::test
