// What commands leave behind that a provider with outside effects has to carry out: the intent, before it
// hears of it.
#include "command/asking.hpp"

#include <gmock/gmock.h>

#include "unit/command/samples.hpp"

namespace pay::test {
namespace {

template <class OnOnePayment>
Decision decided(World& world, const Payment& before, const OnOnePayment& command) {
  auto decision = decide(before, command, world.situation());
  EXPECT_TRUE(decision);
  return *std::move(decision);
}

TEST(ProcessAtProvider, writes_down_what_is_asked_before_it_is) {
  World world;
  world.ask({"bank", "other"});
  auto command = token_process();
  command.return_url = "https://shop.test/done";
  const auto decision = decided(world, payment_in(Status::pending), command);
  EXPECT_EQ(decision.event, EventType::processing);
  EXPECT_EQ(decision.asks, Decision::Asks::carry_out);
  const auto& payment = decision.payment;
  EXPECT_EQ(payment.status, Status::processing);
  EXPECT_EQ(payment.custody, (Custody{.provider = "bank", .reference = {}, .open = {1}}));
  EXPECT_EQ(payment.expires_at, std::nullopt);
  EXPECT_EQ(payment.authorized_minor, 0);
  const auto& attempt = *decision.attempt;
  EXPECT_EQ(attempt.kind, AttemptKind::authorize);
  EXPECT_EQ(attempt.outcome, AttemptOutcome::pending);
  EXPECT_EQ(attempt.created_at, payment.updated_at);
  EXPECT_EQ(attempt.call, (ProviderCall{.amount_minor = total,
                                        .captures = true,
                                        .source = command.source,
                                        .return_url = "https://shop.test/done",
                                        .being_asked = true,
                                        .due_at = attempt.created_at + world.asking.lease}));
}

TEST(ProcessAtProvider, for_later_asks_for_no_capture) {
  World world;
  world.ask({"bank"});
  const auto decision = decided(world, payment_in(Status::pending, CaptureMethod::manual), token_process());
  EXPECT_FALSE(decision.attempt->call->captures);
}

TEST(ProcessAtProvider, stays_one_step_where_the_first_choice_answers_at_once) {
  World world;
  world.ask({"simulator", "bank"});
  const auto decision = decided(world, payment_in(Status::pending), process());
  EXPECT_EQ(decision.payment.status, Status::paid);
  EXPECT_EQ(decision.payment.custody, std::nullopt);
  EXPECT_EQ(decision.attempt->call, std::nullopt);
  auto refused = process();
  refused.at_once = fail(ErrorCode::live_card_refused);
  EXPECT_EQ(decide(payment_in(Status::pending), refused, world.situation()).error().code,
            ErrorCode::live_card_refused);
}

TEST(ProcessAtProvider, that_nobody_takes_names_the_field) {
  World world;
  world.ask({});
  const auto decision = decide(payment_in(Status::pending), token_process(), world.situation());
  ASSERT_FALSE(decision);
  EXPECT_EQ(decision.error().code, ErrorCode::invalid_request);
  EXPECT_EQ(decision.error().fields.at(0).field, "payment_method");
}

TEST(ProcessAtProvider, of_what_is_being_paid_changes_nothing) {
  for (const auto status : {Status::processing, Status::requires_action, Status::authorized, Status::paid}) {
    World world;
    world.ask({"bank"});
    const auto before = payment_at_provider(status);
    const auto decision = decided(world, before, token_process());
    EXPECT_EQ(decision.payment, before);
    EXPECT_EQ(decision.refusal, std::nullopt);
    EXPECT_EQ(world.ids.attempts, 0);
  }
}

/// The attempt that a command leaves, and that nothing else happened.
Attempt attempt_of(const Payment& before, const Decision& decision) {
  EXPECT_EQ(decision.event, std::nullopt);
  EXPECT_TRUE(decision.custody_changed);
  EXPECT_EQ(decision.asks, Decision::Asks::carry_out);
  auto expected = before;
  expected.custody->open = decision.attempt->id;
  EXPECT_EQ(decision.payment, expected);
  EXPECT_EQ(decision.attempt->provider, "bank");
  EXPECT_EQ(decision.attempt->call->about, "auth_1");
  return *decision.attempt;
}

TEST(AtProvider, capture_cancel_expire_and_refund_ask_it_and_leave_the_status) {
  World world;
  auto authorized = payment_at_provider(Status::authorized, false);
  const auto capture =
      attempt_of(authorized, decided(world, authorized, CapturePayment{.id = {7}, .amount = amount("60")}));
  EXPECT_EQ(capture.kind, AttemptKind::capture);
  EXPECT_EQ(capture.call->amount_minor, 6000);

  const auto cancel =
      attempt_of(authorized, decided(world, authorized, CancelPayment{.id = {7}, .reason = "no stock"}));
  EXPECT_EQ(cancel.kind, AttemptKind::void_authorization);
  EXPECT_EQ(cancel.call->amount_minor, total);
  EXPECT_EQ(cancel.call->reason, "no stock");
  EXPECT_EQ(attempt_of(authorized, decided(world, authorized, ExpirePayment{{7}})).call->reason, "expired");

  const auto paid = payment_at_provider(Status::paid, false);
  const auto refunded = decided(world, paid, refund_of("10.00"));
  const auto refund = attempt_of(paid, refunded);
  EXPECT_EQ(refund.kind, AttemptKind::refund);
  EXPECT_EQ(refund.call->amount_minor, 1000);
  EXPECT_EQ(refund.call->refund, refunded.refund->id);
  EXPECT_EQ(refunded.refund->status, RefundStatus::pending);
  EXPECT_EQ(attempt_of(paid, decided(world, paid, UndoPayment{{7}})).call->amount_minor, total);
}

TEST(AtProvider, checks_are_those_of_one_step) {
  World world;
  const auto refusal = [&](Status status, const auto& command) {
    return decided(world, payment_at_provider(status, false), command).refusal;
  };
  EXPECT_EQ(refusal(Status::authorized, CapturePayment{.id = {7}, .amount = amount("100.01")}),
            ErrorCode::amount_exceeds_authorized);
  EXPECT_EQ(refusal(Status::paid, refund_of("100.01")), ErrorCode::amount_exceeds_captured);
  EXPECT_EQ(refusal(Status::paid, CancelPayment{.id = {7}}), ErrorCode::invalid_state);
  EXPECT_EQ(refusal(Status::refunded, RefundPayment{.id = {7}}), std::nullopt);
  EXPECT_EQ(refusal(Status::canceled, CancelPayment{.id = {7}}), std::nullopt);
  EXPECT_EQ(world.ids.attempts + world.ids.refunds, 0);
}

TEST(AtProvider, nothing_is_begun_while_an_attempt_is_open) {
  World world;
  const auto refusal = [&](Status status, const auto& command) {
    return decided(world, payment_at_provider(status), command).refusal;
  };
  EXPECT_EQ(refusal(Status::authorized, CapturePayment{.id = {7}}), ErrorCode::invalid_state);
  EXPECT_EQ(refusal(Status::authorized, CancelPayment{.id = {7}}), ErrorCode::invalid_state);
  EXPECT_EQ(refusal(Status::paid, refund_of("1")), ErrorCode::invalid_state);
  EXPECT_EQ(refusal(Status::paid, UndoPayment{{7}}), ErrorCode::invalid_state);
  EXPECT_EQ(refusal(Status::requires_action, CancelPayment{.id = {7}}), ErrorCode::invalid_state);
  EXPECT_EQ(refusal(Status::processing, UndoPayment{{7}}), ErrorCode::invalid_state);
  EXPECT_EQ(refusal(Status::authorized, ExpirePayment{{7}}), std::nullopt);
  EXPECT_EQ(world.ids.attempts + world.ids.refunds, 0);
}

TEST(AtProvider, whoever_cannot_ask_one_is_told_so_and_draws_no_id) {
  World world;
  world.ask({"bank"});
  auto situation = world.situation();
  situation.may_ask = false;
  const auto code = [&](const Payment& payment, const auto& command) {
    const auto decision = decide(payment, command, situation);
    return decision ? "decided" : name(decision.error().code);
  };
  EXPECT_EQ(code(payment_in(Status::pending), token_process()), "unavailable");
  EXPECT_EQ(code(payment_at_provider(Status::authorized, false), CapturePayment{.id = {7}}), "unavailable");
  EXPECT_EQ(code(payment_at_provider(Status::paid, false), refund_of("1")), "unavailable");
  EXPECT_EQ(code(payment_at_provider(Status::authorized, false), UndoPayment{{7}}), "unavailable");
  EXPECT_EQ(world.ids.attempts + world.ids.refunds, 0);
}

TEST(PauseBeforeLook, grows_to_an_hour_and_ends_after_a_day) {
  EXPECT_EQ(pause_before_look(0), std::chrono::milliseconds(2s));
  std::chrono::milliseconds sum{};
  int looks = 0;
  while (const auto pause = pause_before_look(looks + 1)) {
    sum += *pause;
    ++looks;
  }
  EXPECT_EQ(looks, 29);
  EXPECT_EQ(sum, 24h + 2s + 10s + 30s + 2min + 10min);
}

TEST(LookUp, has_the_open_attempt_to_itself_for_a_lease) {
  World world;
  const auto open = open_attempt_of(AttemptKind::refund);
  const auto payment = payment_at_provider(Status::paid);
  const auto decision = *decide(payment, &open, LookUpAttempt{.id = {7}}, world.situation());
  EXPECT_EQ(decision.asks, Decision::Asks::look_up);
  EXPECT_EQ(decision.attempt_settlement->due_in, world.asking.look_lease);
  EXPECT_TRUE(decision.attempt_settlement->being_asked);
  EXPECT_EQ(decision.payment, payment);
  const auto by = [&](std::string key) {
    return decide(payment, &open, LookUpAttempt{.id = {7}, .key = std::move(key)}, world.situation())->asks;
  };
  EXPECT_EQ(by(provider_key(open)), Decision::Asks::look_up);
  EXPECT_EQ(by("attempt-1"), Decision::Asks::nothing);
  EXPECT_EQ(decide(payment_in(Status::paid), nullptr, LookUpAttempt{.id = {7}}, world.situation())->asks,
            Decision::Asks::nothing);
}

TEST(Hint, brings_the_look_forward_when_it_is_the_providers_own) {
  World world;
  auto open = open_attempt_of(AttemptKind::refund);
  open.outcome = AttemptOutcome::unknown;
  open.call->tries = 4;
  open.call->last_error = "reset";
  const auto hint = [&](std::string provider) {
    return *decide(payment_at_provider(Status::paid), &open,
                   HintAttempt{.id = {7}, .provider = std::move(provider)}, world.situation());
  };
  EXPECT_EQ(hint("bank").attempt_settlement, (AttemptSettlement{.id = open_id,
                                                                .outcome = AttemptOutcome::unknown,
                                                                .tries = 4,
                                                                .last_error = "reset",
                                                                .due_in = 0ms}));
  EXPECT_EQ(hint("other").attempt_settlement, std::nullopt);
}

TEST(Resolve, does_what_the_provider_would_have_said_in_the_operators_words) {
  World world;
  const auto resolve = [&](Status status, AttemptKind kind, AttemptOutcome as) {
    const auto open = open_attempt_of(kind);
    return decide(
        payment_at_provider(status), &open,
        ResolveAttempt{
            .id = {7}, .attempt = open_id, .as = as, .because = "seen at the bank", .reference = "pi_1"},
        world.situation());
  };
  const auto paid = resolve(Status::processing, AttemptKind::authorize, AttemptOutcome::succeeded);
  EXPECT_EQ(paid->payment.status, Status::paid);
  EXPECT_EQ(paid->payment.method, std::nullopt);
  EXPECT_EQ(paid->event_reason, "seen at the bank");
  const auto declined = resolve(Status::processing, AttemptKind::authorize, AttemptOutcome::declined);
  EXPECT_EQ(declined->payment.last_error->decline_code, "resolved_by_operator");
  EXPECT_EQ(declined->event_reason, "seen at the bank");
  const auto refund = resolve(Status::paid, AttemptKind::refund, AttemptOutcome::not_executed);
  EXPECT_EQ(refund->event, std::nullopt);
  EXPECT_EQ(refund->attempt_settlement->last_error, "seen at the bank");
  EXPECT_EQ(resolve(Status::paid, AttemptKind::refund, AttemptOutcome::unknown).error().code,
            ErrorCode::invalid_request);
}

TEST(Resolve, is_believed_however_long_ago_it_was_asked) {
  World world;
  auto open = open_attempt_of(AttemptKind::authorize);
  open.created_at = world.clock.now() - 48h;
  open.call->tries = 30;
  const auto decision = decide(
      payment_at_provider(Status::processing), &open,
      ResolveAttempt{
          .id = {7}, .attempt = open_id, .as = AttemptOutcome::not_executed, .because = "not at the bank"},
      world.situation());
  EXPECT_EQ(decision->payment.status, Status::pending);
  EXPECT_EQ(decision->event_reason, "not at the bank");
}

TEST(Resolve, of_an_attempt_that_is_not_open_is_refused) {
  World world;
  const auto open = open_attempt_of(AttemptKind::refund);
  const ResolveAttempt other{.id = {7}, .attempt = {40}, .as = AttemptOutcome::succeeded, .because = "x"};
  const auto payment = payment_at_provider(Status::paid);
  EXPECT_EQ(decide(payment, &open, other, world.situation()).error().code, ErrorCode::invalid_state);
  EXPECT_EQ(decide(payment, nullptr, other, world.situation()).error().code, ErrorCode::invalid_state);
}

}  // namespace
}  // namespace pay::test
