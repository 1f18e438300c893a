// An open attempt is asked about by one at a time, whoever wants to know: payers who come back, shops that
// give up, commands, and the repair loop. Two side by side once gave a payment up while the other look took
// the money. And money that is taken all the same is told of.
#include <gmock/gmock.h>

#include "unit/flow/desk.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OneAtATime : public Desk {
 protected:
  void SetUp() override {
    open({"stripe"});
    id_ = create();
  }
  void send_the_payer_away() {
    auto waits = give(process(id_), {"k"});
    fake().answer_next(waiting());
    EXPECT_EQ(payment_reply(std::move(waits)).payment.status, Status::requires_action);
  }
  static Outcome waiting() { return ActionRequired{.url = "https://bank/approve", .reference = "O1"}; }
  static Outcome taken(std::string reference) {
    return Succeeded{.method = visa(), .reference = std::move(reference)};
  }
  /// What is logged while `act` runs.
  template <class Act>
  static std::string logged(Act act) {
    testing::internal::CaptureStderr();
    act();
    return testing::internal::GetCapturedStderr();
  }
  PaymentId id_;
};

TEST_F(OneAtATime, a_payer_who_comes_back_while_the_shop_gives_up_is_not_looked_up_beside_it) {
  send_the_payer_away();
  auto canceling = give(CancelPayment{.id = id_, .reason = {}});
  auto look = fake().next();
  EXPECT_EQ(payment_reply(give(LookUpAttempt{.id = id_})).payment.status, Status::requires_action);
  look.done(waiting());
  auto voiding = fake().next();
  EXPECT_EQ(payment_reply(give(LookUpAttempt{.id = id_})).payment.status, Status::requires_action);
  voiding.done(Succeeded{});
  EXPECT_EQ(payment_reply(std::move(canceling)).payment.status, Status::canceled);
  EXPECT_EQ(fake().looked_up(), 1U);
}

TEST_F(OneAtATime, nothing_is_given_up_while_a_payer_who_came_back_is_looked_up) {
  send_the_payer_away();
  auto back = give(LookUpAttempt{.id = id_});
  auto look = fake().next();
  EXPECT_EQ(word(give(CancelPayment{.id = id_, .reason = {}})), "invalid_state");
  EXPECT_EQ(payment_reply(give(process(id_, "pm_other"))).payment.status, Status::requires_action);
  look.done(taken("CAPTURE1"));
  EXPECT_EQ(payment_reply(std::move(back)).payment.status, Status::paid);
  EXPECT_EQ(fake().looked_up(), 1U);
  EXPECT_EQ(fake().asked(), 1U);
}

TEST_F(OneAtATime, what_is_looked_up_on_the_spot_is_left_alone_by_the_repair_loop) {
  send_the_payer_away();
  clock_.advance(1h);
  auto back = give(LookUpAttempt{.id = id_});
  auto look = fake().next();
  repair();
  EXPECT_TRUE(comes_true([&] { return claims_ > 3; }));
  EXPECT_EQ(fake().looked_up(), 1U);
  look.done(taken("CAPTURE1"));
  EXPECT_EQ(payment_reply(std::move(back)).payment.status, Status::paid);
}

TEST_F(OneAtATime, what_the_repair_loop_looks_up_is_left_alone_on_the_spot) {
  send_the_payer_away();
  clock_.advance(1h);
  repair();
  auto look = fake().next();
  EXPECT_EQ(payment_reply(give(LookUpAttempt{.id = id_})).payment.status, Status::requires_action);
  EXPECT_EQ(word(give(CancelPayment{.id = id_, .reason = {}})), "invalid_state");
  look.done(taken("CAPTURE1"));
  EXPECT_TRUE(comes_true([&] { return status(id_) == "paid"; }));
  EXPECT_EQ(fake().looked_up(), 1U);
}

TEST_F(OneAtATime, two_repair_loops_ask_once) {
  send_the_payer_away();
  clock_.advance(1h);
  repair();
  const auto first = std::move(repairer_);
  auto look = fake().next();
  // A claim that is over is given again, to another instance; the look is not.
  clock_.advance(Repairer::Options{}.lease + 1s);
  claims_ = 0;
  repair();
  EXPECT_TRUE(comes_true([&] { return claims_ > 3; }));
  EXPECT_EQ(fake().looked_up(), 1U);
  look.done(taken("CAPTURE1"));
  EXPECT_TRUE(comes_true([&] { return status(id_) == "paid"; }));
}

TEST_F(OneAtATime, time_that_is_over_waits_for_what_is_open) {
  const auto id = create_paid(CaptureMethod::manual);
  clock_.advance(8 * 24h);
  auto canceling = give(CancelPayment{.id = id, .reason = {}});
  fake().answer_next(Unknown{.why = "reset"});
  reply(std::move(canceling));
  EXPECT_EQ(payment_reply(give(ExpirePayment{.id = id})).payment.status, Status::authorized);
  EXPECT_EQ(fake().looked_up(), 0U);
}

TEST_F(OneAtATime, a_card_that_is_typed_again_is_another_way_to_pay) {
  const auto typed = [&](std::string outline) {
    auto command = process(id_);
    command.source = {.kind = KeptSource::Kind::raw_card};
    command.card = std::make_shared<const Card>();
    command.outline = std::move(outline);
    return command;
  };
  auto first = give(typed("visa 1"));
  fake().answer_next(waiting());
  reply(std::move(first));
  auto second = give(typed("visa 2"), {"second"});
  fake().answer_next(waiting());
  fake().answer_next(Succeeded{});
  auto charge = fake().next();
  EXPECT_EQ(charge.instruction.attempt.kind, AttemptKind::authorize);
  EXPECT_TRUE(charge.instruction.card);
  charge.done(taken("pi_2"));
  EXPECT_EQ(payment_reply(std::move(second)).payment.status, Status::paid);
  EXPECT_THAT(attempts(), ElementsAre("stripe authorize declined", "stripe authorize succeeded"));
}

// ---- money that nobody waits for any more ----

class Lost : public OneAtATime {
 protected:
  /// The first call is on its way still, and somebody has said what became of it meanwhile.
  Question overtake(Outcome meanwhile, const Key& key = {}) {
    paying_ = give(process(id_), key);
    auto late = fake().next();
    clock_.advance(16s);
    auto look = give(LookUpAttempt{.id = id_});
    fake().answer_next(std::move(meanwhile));
    word(std::move(look));
    return late;
  }
  Waits paying_;
};

TEST_F(Lost, money_is_told_of_though_another_card_has_paid) {
  auto late = overtake(Declined{"approval_canceled"});
  auto paying = give(process(id_, "pm_other"));
  fake().answer_next(taken("pi_2"));
  EXPECT_EQ(payment_reply(std::move(paying)).payment.status, Status::paid);
  const auto log = logged([&] {
    late.done(taken("pi_1"));
    reply(std::move(paying_));
  });
  EXPECT_THAT(log, HasSubstr("a provider took money that no payment here has"));
  EXPECT_THAT(log, HasSubstr("attempt_id=1"));
  EXPECT_THAT(log, HasSubstr("provider=stripe"));
  EXPECT_THAT(log, HasSubstr("reference=pi_1"));
}

TEST_F(Lost, money_is_told_of_though_it_was_said_that_nobody_was_asked) {
  auto late = overtake(NotExecuted{.why = "no such order"});
  const auto log = logged([&] {
    late.done(taken("pi_1"));
    EXPECT_EQ(payment_reply(std::move(paying_)).payment.status, Status::pending);
  });
  EXPECT_THAT(log, HasSubstr("reference=pi_1"));
}

TEST_F(Lost, whoever_slept_is_told_what_the_key_keeps_as_the_next_who_asks) {
  auto late = overtake(Declined{"insufficient_funds"}, {"z"});
  auto paying = give(process(id_, "pm_other"), {"y"});
  fake().answer_next(taken("pi_2"));
  EXPECT_EQ(payment_reply(std::move(paying)).payment.status, Status::paid);
  late.done(Declined{"insufficient_funds"});
  const auto first = payment_reply(std::move(paying_));
  const auto again = payment_reply(give(process(id_), {"z"}));
  EXPECT_EQ(first.refusal, ErrorCode::card_declined);
  EXPECT_EQ(again.refusal, ErrorCode::card_declined);
  EXPECT_EQ(first.payment.version, again.payment.version);
  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(again.replayed);
}

TEST_F(Lost, whoever_slept_while_the_key_was_given_back_keeps_nothing_under_it) {
  auto late = overtake(NotExecuted{.why = "no such order"}, {"z"});
  auto paying = give(process(id_, "pm_other"), {"y"});
  fake().answer_next(taken("pi_2"));
  EXPECT_EQ(payment_reply(std::move(paying)).payment.status, Status::paid);
  late.done(NotExecuted{.why = "no such order"});
  EXPECT_EQ(payment_reply(std::move(paying_)).payment.status, Status::paid);
  EXPECT_FALSE(payment_reply(give(process(id_), {"z"})).replayed);
}

TEST_F(Lost, money_that_both_found_is_not_lost) {
  auto late = overtake(taken("pi_1"));
  EXPECT_THAT(logged([&] {
                late.done(taken("pi_1"));
                EXPECT_EQ(payment_reply(std::move(paying_)).payment.status, Status::paid);
              }),
              IsEmpty());
}

}  // namespace
}  // namespace pay::test
