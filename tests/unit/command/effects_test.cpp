// What a decision leaves behind besides the status: amounts, methods, times, attempts, refunds, ids.
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

TEST(Process, approved_captures_all_at_once) {
  World world;
  const auto before = payment_in(Status::pending);
  const auto after = decided(world, before, process()).payment;
  EXPECT_EQ(after.authorized_minor, total);
  EXPECT_EQ(after.captured_minor, total);
  EXPECT_EQ(after.refunded_minor, 0);
  EXPECT_EQ(after.method->last4, "4242");
  EXPECT_EQ(after.expires_at, std::nullopt);
  EXPECT_TRUE(is_paid(after));
}

TEST(Process, approved_for_later_captures_nothing_and_expires) {
  World world;
  world.lifetimes.authorized = 48h;
  const auto after = decided(world, payment_in(Status::pending, CaptureMethod::manual), process()).payment;
  EXPECT_EQ(after.authorized_minor, total);
  EXPECT_EQ(after.captured_minor, 0);
  EXPECT_EQ(after.expires_at, after.updated_at + 48h);
  EXPECT_FALSE(is_paid(after));
}

TEST(Process, declined_keeps_the_reason_and_the_chance_to_try_again) {
  World world;
  const auto before = payment_in(Status::pending);
  const auto decision = decided(world, before, declined_process());
  EXPECT_EQ(decision.event, EventType::declined);
  EXPECT_EQ(decision.refusal, ErrorCode::card_declined);
  EXPECT_EQ(decision.payment.last_error, (LastError{"card_declined", "insufficient_funds"}));
  EXPECT_EQ(decision.payment.method, std::nullopt);
  EXPECT_EQ(decision.payment.authorized_minor, 0);
  EXPECT_EQ(decision.payment.expires_at, before.expires_at);

  const auto second = decided(world, decision.payment, process());
  EXPECT_EQ(second.payment.status, Status::paid);
  EXPECT_EQ(second.payment.last_error, std::nullopt);
}

TEST(Process, leaves_one_attempt_a_try) {
  World world;
  const auto declined = decided(world, payment_in(Status::pending), declined_process());
  EXPECT_EQ(*declined.attempt, (Attempt{.id = {1},
                                        .payment_id = {7},
                                        .provider = "simulator",
                                        .outcome = AttemptOutcome::declined,
                                        .decline_code = "insufficient_funds",
                                        .created_at = declined.payment.updated_at,
                                        .finished_at = declined.payment.updated_at}));
  const auto approved = decided(world, declined.payment, process());
  EXPECT_EQ(approved.attempt->id, AttemptId{2});
  EXPECT_EQ(approved.attempt->outcome, AttemptOutcome::succeeded);
  EXPECT_EQ(approved.attempt->decline_code, "");
}

TEST(Process, of_what_is_paid_leaves_no_attempt_and_draws_no_id) {
  World world;
  decided(world, payment_in(Status::paid), process());
  decided(world, payment_in(Status::paid), declined_process());
  decided(world, payment_in(Status::canceled), process());
  EXPECT_EQ(world.ids.attempts, 0);
}

TEST(Capture, of_part_releases_the_rest) {
  World world;
  const auto after =
      decided(world, payment_in(Status::authorized), CapturePayment{.id = {7}, .amount = amount("60.00")})
          .payment;
  EXPECT_EQ(after.authorized_minor, total);
  EXPECT_EQ(after.captured_minor, 6000);
  EXPECT_EQ(after.expires_at, std::nullopt);

  const auto refunded = decided(world, after, RefundPayment{.id = {7}});
  EXPECT_EQ(refunded.payment.refunded_minor, 6000);
  EXPECT_EQ(refunded.payment.status, Status::refunded);
}

TEST(Capture, of_part_asked_again_changes_nothing) {
  World world;
  const CapturePayment command{.id = {7}, .amount = amount("60.00")};
  const auto after = decided(world, payment_in(Status::authorized), command).payment;
  EXPECT_EQ(decided(world, after, command).event, std::nullopt);
  EXPECT_EQ(decided(world, after, CapturePayment{.id = {7}}).refusal, ErrorCode::invalid_state);
}

TEST(Cancel, keeps_the_reason_and_the_amount_that_was_authorized) {
  World world;
  const auto decision =
      decided(world, payment_in(Status::authorized), CancelPayment{.id = {7}, .reason = "out of stock"});
  EXPECT_EQ(decision.event_reason, "out of stock");
  EXPECT_EQ(decision.payment.authorized_minor, total);
  EXPECT_EQ(decision.payment.captured_minor, 0);
  EXPECT_EQ(decision.payment.expires_at, std::nullopt);
}

TEST(Refund, is_a_thing_of_its_own) {
  World world;
  const auto decision = decided(world, payment_in(Status::partially_refunded),
                                RefundPayment{.id = {7}, .amount = amount("10"), .reason = "scratched"});
  EXPECT_EQ(decision.payment.refunded_minor, part + 1000);
  EXPECT_EQ(decision.event_reason, "scratched");
  EXPECT_EQ(*decision.refund, (Refund{.id = {1},
                                      .payment_id = {7},
                                      .amount_minor = 1000,
                                      .status = RefundStatus::succeeded,
                                      .reason = "scratched",
                                      .created_at = decision.payment.updated_at}));
}

TEST(Refund, that_is_refused_or_done_before_draws_no_id) {
  World world;
  decided(world, payment_in(Status::paid), refund_of("100.01"));
  decided(world, payment_in(Status::refunded), RefundPayment{.id = {7}});
  decided(world, payment_in(Status::refunded), refund_of("1"));
  decided(world, payment_in(Status::pending), RefundPayment{.id = {7}});
  decided(world, payment_in(Status::refunded), UndoPayment{.id = {7}});
  EXPECT_EQ(world.ids.refunds, 0);
}

TEST(Undo, after_the_capture_gives_back_what_is_left) {
  World world;
  const auto decision = decided(world, payment_in(Status::partially_refunded), UndoPayment{.id = {7}});
  EXPECT_EQ(decision.refund->amount_minor, total - part);
  EXPECT_EQ(decision.payment.refunded_minor, total);
}

TEST(Undo, before_the_capture_cancels) {
  World world;
  const auto decision = decided(world, payment_in(Status::authorized), UndoPayment{.id = {7}});
  EXPECT_EQ(decision.event, EventType::canceled);
  EXPECT_EQ(decision.refund, std::nullopt);
}

TEST(Expire, waits_for_the_last_microsecond) {
  World world;
  const auto before = payment_in(Status::authorized);
  world.clock.advance(-1us);
  EXPECT_EQ(decided(world, before, ExpirePayment{.id = {7}}).event, std::nullopt);
  world.clock.advance(1us);
  const auto decision = decided(world, before, ExpirePayment{.id = {7}});
  EXPECT_EQ(decision.event, EventType::canceled);
  EXPECT_EQ(decision.event_reason, "expired");
  EXPECT_EQ(decision.payment.expires_at, std::nullopt);
}

TEST(Expire, does_nothing_to_a_payment_that_may_wait_for_ever) {
  World world;
  auto before = payment_in(Status::pending);
  before.expires_at.reset();
  EXPECT_EQ(decided(world, before, ExpirePayment{.id = {7}}).event, std::nullopt);
}

TEST(Create, expires_only_where_that_is_configured) {
  World world;
  EXPECT_EQ(decide(create(), world.situation())->payment.expires_at, std::nullopt);
  world.lifetimes.pending = 3h;
  EXPECT_EQ(decide(create(), world.situation())->payment.expires_at, world.clock.now() + 3h);
}

TEST(EventTime, is_now) {
  World world;
  EXPECT_EQ(decided(world, payment_in(Status::pending), process()).payment.updated_at, world.clock.now());
}

TEST(EventTime, is_later_than_the_last_one_even_when_the_clock_stands_or_goes_back) {
  World world;
  auto before = payment_in(Status::pending);
  before.updated_at = world.clock.now();
  EXPECT_EQ(decided(world, before, process()).payment.updated_at, before.updated_at + 1us);
  world.clock.advance(-1h);
  EXPECT_EQ(decided(world, before, process()).payment.updated_at, before.updated_at + 1us);
}

}  // namespace
}  // namespace pay::test
