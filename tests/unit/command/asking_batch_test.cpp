// Commands that need a provider, in batches: what is asked, who waits with which key, and who must ask first.
#include <gmock/gmock.h>

#include "unit/command/batch.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AskingBatch : public Batch {
 protected:
  KeyState state_of(const std::string& key) { return memory_.keys.at({"", key}).state; }
};

TEST_F(AskingBatch, begins_with_all_that_a_provider_needs_to_know) {
  world_.ask({"bank"});
  const auto id = have();
  auto command = token_process(id);
  command.card = std::make_shared<const Card>(Secret("4242424242424242"), Secret("123"), Expiry{2030, 1});
  const auto reply = run_one(asking(without_key(command)));
  const auto& [instruction, meanwhile, look_up, was_due] = ask_of(reply);
  EXPECT_FALSE(look_up);
  EXPECT_FALSE(was_due);
  EXPECT_EQ(instruction->attempt, memory_.attempts.front());
  EXPECT_EQ(instruction->currency, cad);
  EXPECT_EQ(instruction->order_id, OrderId{11});
  EXPECT_EQ(instruction->card, command.card);
  EXPECT_EQ(instruction->return_url, fmt::format("https://pay.test/payments/{}/return?attempt={}", id.value,
                                                 provider_key(memory_.attempts.front())));
  EXPECT_EQ(meanwhile.payment.status, Status::processing);
  EXPECT_EQ(meanwhile.payment, memory_.payments.at(id));
}

TEST_F(AskingBatch, is_refused_to_whoever_cannot_ask) {
  world_.ask({"bank"});
  const auto id = have();
  EXPECT_EQ(run_one(with_key(token_process(id), "k")).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(changes_.empty());
}

TEST_F(AskingBatch, has_the_key_run_until_the_outcome_is_known) {
  world_.ask({"bank"});
  const auto id = have();
  const auto job = asking(with_key(token_process(id), "k"));
  const auto asked = run_one(job);
  EXPECT_EQ(state_of("k"), KeyState::running);
  EXPECT_EQ(run_one(job).error().code, ErrorCode::idempotency_key_in_use);
  settle(asked, Unknown{.why = "timeout"});
  EXPECT_EQ(run_one(job).error().code, ErrorCode::idempotency_key_in_use);

  const auto done = settle(asked, Succeeded{visa_4242, "auth_1"});
  EXPECT_EQ(payment_of(done).status, Status::paid);
  const auto again = run_one(job);
  EXPECT_TRUE(reply_of(again).replayed);
  EXPECT_EQ(payment_of(again), payment_of(done));
}

TEST_F(AskingBatch, keeps_a_decline_with_the_key_and_releases_it_when_nobody_was_asked) {
  world_.ask({"bank"});
  const auto id = have();
  const auto first = asking(with_key(token_process(id), "first"));
  EXPECT_EQ(settle(run_one(first), NotExecuted{"down"}).error().code, ErrorCode::unavailable);
  EXPECT_EQ(memory_.payments.at(id).status, Status::pending);
  EXPECT_FALSE(memory_.keys.contains({"", "first"}));

  EXPECT_EQ(reply_of(settle(run_one(first), Declined{"lost_card"})).refusal, ErrorCode::card_declined);
  const auto again = run_one(first);
  EXPECT_EQ(reply_of(again).refusal, ErrorCode::card_declined);
  EXPECT_TRUE(reply_of(again).replayed);
  EXPECT_EQ(payment_of(again).last_error->decline_code, "lost_card");
}

TEST_F(AskingBatch, tells_a_payer_what_to_do_whenever_the_key_comes_again) {
  world_.ask({"bank"});
  const auto id = have();
  const auto job = asking(with_key(token_process(id), "k"));
  const auto asked = run_one(job);
  settle(asked, ActionRequired{.url = "https://bank.test/go"});
  EXPECT_EQ(payment_of(run_one(job)).next_action->url, "https://bank.test/go");
  settle(asked, Succeeded{visa_4242, "auth_1"});
  EXPECT_EQ(memory_.payments.at(id).status, Status::paid);
  EXPECT_EQ(payment_of(run_one(job)).status, Status::requires_action) << "as it was told first";
}

TEST_F(AskingBatch, fails_over_to_the_next_provider_with_the_same_key) {
  world_.ask({"bank", "other"});
  const auto id = have();
  const auto job = asking(with_key(token_process(id), "k"));
  const auto asked = run_one(job);
  const auto second =
      run_one(asking(without_key(SettleAttempt{.id = id,
                                               .attempt = ask_of(asked).instruction->attempt.id,
                                               .outcome = NotExecuted{"down"},
                                               .tried = std::vector<std::string>{"bank"}})));
  EXPECT_EQ(ask_of(second).instruction->attempt.provider, "other");
  EXPECT_EQ(state_of("k"), KeyState::running);
  EXPECT_EQ(memory_.payments.at(id).custody->provider, "other");
  EXPECT_EQ(memory_.attempts.at(0).outcome, AttemptOutcome::not_executed);
  settle(second, Succeeded{visa_4242, "auth_2"});
  EXPECT_EQ(payment_of(run_one(job)).status, Status::paid);
}

TEST_F(AskingBatch, begins_one_attempt_however_many_race) {
  world_.ask({"bank"});
  const auto id = have();
  auto replies = run({asking(with_key(token_process(id), "a")), asking(with_key(token_process(id), "b")),
                      asking(without_key(UndoPayment{id})), without_key(token_process(id)),
                      without_key(UndoPayment{id})});
  EXPECT_TRUE(std::holds_alternative<Ask>(*replies[0]));
  EXPECT_TRUE(is_ask_first(replies[1]));
  EXPECT_TRUE(is_ask_first(replies[2]));
  EXPECT_EQ(payment_of(replies[3]).status, Status::processing);
  ASSERT_FALSE(replies[4]);
  EXPECT_EQ(replies[4].error().code, ErrorCode::unavailable) << "nobody here can ask";
  EXPECT_EQ(memory_.attempts.size(), 1U);
  EXPECT_FALSE(memory_.keys.contains({"", "b"})) << "nothing is kept of what has to ask first";
}

TEST_F(AskingBatch, keeps_no_refusal_of_what_may_well_be_done_once_the_provider_has_answered) {
  world_.ask({"bank"});
  const auto id = have();
  const auto asked = run_one(asking(without_key(token_process(id))));
  const auto refund = with_key(refund_of("1.00", id), "k");
  EXPECT_EQ(reply_of(run_one(refund)).refusal, ErrorCode::invalid_state);
  EXPECT_FALSE(memory_.keys.contains({"", "k"}));
  settle(asked, Succeeded{visa_4242, "auth_1"});
  EXPECT_TRUE(std::holds_alternative<Ask>(*run_one(asking(refund))));
}

TEST_F(AskingBatch, refuses_what_nobody_takes_before_it_asks_about_what_is_open) {
  world_.ask({"bank"});
  const auto id = have();
  const auto asked = run_one(asking(without_key(token_process(id))));
  settle(asked, ActionRequired{.url = "https://bank.test/go"});
  world_.ask({});
  EXPECT_EQ(run_one(asking(without_key(token_process(id, "pm_2")))).error().code, ErrorCode::invalid_request);
}

TEST_F(AskingBatch, settles_once_however_often_it_is_told) {
  world_.ask({"bank"});
  const auto id = have();
  const auto asked = run_one(asking(without_key(token_process(id))));
  const SettleAttempt yes{
      .id = id, .attempt = ask_of(asked).instruction->attempt.id, .outcome = Succeeded{visa_4242, "auth_1"}};
  auto no = yes;
  no.outcome = Declined{"late"};
  const auto replies = run({without_key(yes), without_key(yes), without_key(no)});
  for (const auto& reply : replies) EXPECT_EQ(payment_of(reply).status, Status::paid);
  EXPECT_EQ(changes_.events.size(), 1U);
  EXPECT_EQ(changes_.attempt_settlements.size(), 1U);
  EXPECT_EQ(memory_.attempts.front().outcome, AttemptOutcome::succeeded);
}

TEST_F(AskingBatch, sees_an_attempt_of_its_own) {
  world_.ask({"bank"});
  const auto id = have();
  const auto attempt = AttemptId{world_.ids.attempts + 1};
  const auto replies = run({asking(with_key(token_process(id), "k")),
                            without_key(SettleAttempt{.id = id, .attempt = attempt, .outcome = Succeeded{}}),
                            asking(with_key(token_process(id), "k"))});
  EXPECT_EQ(payment_of(replies[1]).status, Status::paid);
  EXPECT_TRUE(reply_of(replies[2]).replayed);
  EXPECT_EQ(state_of("k"), KeyState::done);
  EXPECT_EQ(memory_.attempts.front().outcome, AttemptOutcome::succeeded);
}

TEST_F(AskingBatch, does_not_let_a_key_in_again_in_the_batch_that_releases_it) {
  world_.ask({"bank"});
  const auto id = have();
  const auto job = asking(with_key(token_process(id), "k"));
  const auto attempt = ask_of(run_one(job)).instruction->attempt.id;
  const auto replies =
      run({without_key(SettleAttempt{.id = id, .attempt = attempt, .outcome = NotExecuted{"down"}}), job});
  EXPECT_EQ(replies[1].error().code, ErrorCode::idempotency_key_in_use);
  EXPECT_TRUE(std::holds_alternative<Ask>(*run_one(job)));
}

TEST_F(AskingBatch, changes_custody_without_an_event_where_the_status_stays) {
  const auto id = have_at_provider();
  const auto before = memory_.payments.at(id);
  const auto asked = run_one(asking(without_key(refund_of("10", id))));
  EXPECT_THAT(changes_.events, IsEmpty());
  ASSERT_EQ(changes_.updated.size(), 1U);
  EXPECT_EQ(changes_.updated.front().version, before.version);
  EXPECT_EQ(memory_.refunds.front().status, RefundStatus::pending);
  const auto refunded = settle(asked, Succeeded{{}, "ref_1"});
  EXPECT_EQ(payment_of(refunded).refunded_minor, 1000);
  EXPECT_EQ(memory_.refunds.front().status, RefundStatus::succeeded);
  EXPECT_EQ(memory_.payments.at(id).custody->open, AttemptId{});
}

TEST_F(AskingBatch, tells_others_of_what_was_settled) {
  world_.telling = {.is_told = [](std::string_view) { return true; }, .first_try = 1s};
  const auto id = have_at_provider();
  settle(run_one(asking(without_key(refund_of("10", id)))), Succeeded{});
  std::vector<EventType> types;
  for (const auto& [_, notification] : memory_.notifications) types.push_back(notification.type);
  EXPECT_THAT(types, ElementsAre(EventType::paid, EventType::refunded));
}

TEST_F(AskingBatch, leaves_those_of_an_order_that_a_provider_must_undo) {
  const auto there = have_at_provider();
  world_.asking.routing = nullptr;
  const auto here = have({process()});
  const auto job = asking(with_key(UndoOrder{.order_id = {11}}, "k"));
  const auto first = run_one(job);
  EXPECT_THAT(order_of(first).left, ElementsAre(there));
  EXPECT_EQ(memory_.payments.at(here).status, Status::refunded);
  EXPECT_EQ(memory_.payments.at(there).status, Status::paid);
  EXPECT_THAT(memory_.keys, IsEmpty());

  settle(run_one(asking(without_key(UndoPayment{there}))), Succeeded{});
  const auto second = run_one(job);
  EXPECT_THAT(order_of(second).left, IsEmpty());
  EXPECT_EQ(memory_.payments.at(there).status, Status::refunded);
  EXPECT_EQ(state_of("k"), KeyState::done);
}

TEST_F(AskingBatch, does_not_call_an_order_undone_while_a_provider_has_not_answered) {
  const auto there = have_at_provider();
  const auto here = have();
  const auto job = with_key(UndoOrder{.order_id = {11}}, "k");
  EXPECT_EQ(run_one(job).error().code, ErrorCode::unavailable);
  EXPECT_EQ(memory_.payments.at(here).status, Status::canceled) << "what can be undone is";
  EXPECT_EQ(memory_.payments.at(there).status, Status::paid);
  EXPECT_FALSE(memory_.keys.contains({"", "k"})) << "asked again, it goes on";

  settle(run_one(asking(without_key(UndoPayment{there}))), Declined{"charge_disputed"});
  EXPECT_EQ(order_of(run_one(job)).payments.size(), 2U)
      << "the provider will not: that is all there is to tell";
}

TEST_F(AskingBatch, looks_up_the_open_attempt_and_nothing_else) {
  const auto id = have_at_provider();
  const auto none = run_one(asking(without_key(LookUpAttempt{.id = id})));
  EXPECT_EQ(payment_of(none).status, Status::paid);
  const auto asked = run_one(asking(without_key(UndoPayment{id})));
  EXPECT_EQ(payment_of(run_one(asking(without_key(LookUpAttempt{.id = id})))).status, Status::paid)
      << "whoever began it asks now";
  world_.clock.advance(world_.asking.lease);
  const auto look = run_one(asking(without_key(LookUpAttempt{.id = id})));
  EXPECT_TRUE(ask_of(look).look_up);
  EXPECT_EQ(ask_of(look).instruction->attempt.id, ask_of(asked).instruction->attempt.id);
  EXPECT_THAT(changes_.updated, IsEmpty());
  EXPECT_EQ(changes_.attempt_settlements.front().due_in, world_.asking.look_lease);
  settle(look, Unknown{.why = "timeout"});
  run_one(without_key(HintAttempt{.id = id, .provider = "bank"}));
  EXPECT_EQ(changes_.attempt_settlements.front().due_in, 0ms);
  EXPECT_EQ(memory_.attempts.back().outcome, AttemptOutcome::unknown);
}

TEST_F(AskingBatch, resolves_for_an_operator_without_a_refusal) {
  world_.ask({"bank"});
  const auto id = have();
  const auto job = asking(with_key(token_process(id), "k"));
  const auto attempt = ask_of(run_one(job)).instruction->attempt.id;
  world_.clock.advance(world_.asking.lease);
  const auto resolved = run_one(without_key(ResolveAttempt{
      .id = id, .attempt = attempt, .as = AttemptOutcome::declined, .because = "not on the statement"}));
  EXPECT_EQ(reply_of(resolved).refusal, std::nullopt);
  EXPECT_EQ(payment_of(resolved).status, Status::pending);
  EXPECT_EQ(memory_.events.back().reason, "not on the statement");
  EXPECT_EQ(reply_of(run_one(job)).refusal, ErrorCode::card_declined);
  const auto again = run_one(without_key(
      ResolveAttempt{.id = id, .attempt = attempt, .as = AttemptOutcome::not_executed, .because = "again"}));
  EXPECT_EQ(again.error().code, ErrorCode::invalid_state);
}

TEST_F(AskingBatch, finds_no_attempt_of_anothers_payment) {
  const auto id = have_at_provider(Unknown{.why = "timeout"}, "theirs");
  const auto open = memory_.payments.at(id).custody->open;
  const std::vector<Command> commands{
      LookUpAttempt{.id = id}, HintAttempt{.id = id, .provider = "bank"},
      SettleAttempt{.id = id, .attempt = open, .outcome = Succeeded{}}, UndoPayment{id},
      ResolveAttempt{.id = id, .attempt = open, .as = AttemptOutcome::declined, .because = "x"}};
  for (const auto& command : commands) {
    EXPECT_EQ(run_one(of_client("mine", asking(without_key(command)))).error().code, ErrorCode::not_found);
    EXPECT_TRUE(changes_.empty());
  }
}

TEST(Wanted, of_open_attempts_is_who_works_on_them) {
  const std::vector jobs{asking(without_key(UndoPayment{{3}})), without_key(LookUpAttempt{.id = {9}}),
                         without_key(SettleAttempt{.id = {5}, .attempt = {1}, .outcome = Pending{}}),
                         without_key(HintAttempt{.id = {9}, .provider = "bank"})};
  const auto wanted = what_is_wanted(jobs);
  EXPECT_THAT(wanted.payments, ElementsAre(PaymentId{3}, PaymentId{5}, PaymentId{9}));
  EXPECT_THAT(wanted.open_attempts_of, ElementsAre(PaymentId{5}, PaymentId{9}));
  EXPECT_EQ(wanted.new_attempts, 2U);
  EXPECT_EQ(wanted.new_refunds, 1U);
}

}  // namespace
}  // namespace pay::test
