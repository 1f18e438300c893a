// Every way that a command takes between the executor and providers, with providers that answer when the test
// says.
#include "flow/flow.hpp"

#include <gmock/gmock.h>

#include "unit/flow/desk.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FlowTest : public Desk {};

TEST_F(FlowTest, without_providers_everything_goes_straight_to_the_executor) {
  open({"simulator"}, {}, "simulator");
  const auto id = create();
  auto command = process(id);
  command.at_once_provider = "simulator";
  command.at_once = Answer{Approved{visa()}};
  EXPECT_EQ(word(give(command)), "ok");
  EXPECT_EQ(status(id), "paid");
  EXPECT_FALSE(kept(id).custody);
}

TEST_F(FlowTest, the_intent_is_committed_before_the_provider_hears_of_it) {
  open({"stripe"});
  const auto id = create();
  auto command = process(id);
  command.return_url = "https://shop/back";
  command.card = std::make_shared<const Card>();
  auto waits = give(command, {"k"});
  auto question = fake().next();
  EXPECT_EQ(status(id), "processing");
  EXPECT_FALSE(question.is_look_up);
  EXPECT_EQ(question.instruction.attempt.call->return_url, "https://shop/back");
  EXPECT_TRUE(question.instruction.card);
  EXPECT_THAT(question.instruction.return_url, HasSubstr("http://pay/payments/1/return?attempt="));
  EXPECT_FALSE(is_told(waits));
  EXPECT_EQ(word(give(command, {"k"})), "idempotency_key_in_use");
  question.done(Succeeded{.method = visa(), .reference = "pi_1"});
  EXPECT_EQ(payment_reply(std::move(waits)).payment.status, Status::paid);
  EXPECT_TRUE(payment_reply(give(command, {"k"})).replayed);
  EXPECT_EQ(fake().asked(), 1U);
}

TEST_F(FlowTest, a_decline_is_told) {
  open({"stripe"});
  const auto id = create();
  auto waits = give(process(id));
  fake().answer_next(Declined{"insufficient_funds"});
  EXPECT_EQ(word(std::move(waits)), "card_declined");
  EXPECT_EQ(status(id), "pending");
}

TEST_F(FlowTest, another_provider_is_asked_when_the_first_was_not) {
  open({"stripe", "paypal"});
  const auto id = create();
  auto waits = give(process(id));
  fake("stripe").answer_next(NotExecuted{.why = "refused"});
  fake("paypal").answer_next(Succeeded{.method = visa(), .reference = "pp"});
  EXPECT_EQ(word(std::move(waits)), "ok");
  EXPECT_EQ(kept(id).custody->provider, "paypal");
  EXPECT_THAT(attempts(), ElementsAre("stripe authorize not_executed", "paypal authorize succeeded"));
}

TEST_F(FlowTest, every_provider_that_is_asked_for_the_first_time_hears_of_the_typed_card) {
  open({"stripe", "paypal"});
  const auto id = create();
  auto command = process(id);
  command.source = {.kind = KeptSource::Kind::raw_card};
  command.card = std::make_shared<const Card>(Secret("4242424242424242"), Secret("123"), Expiry{2030, 1});
  auto waits = give(command);
  for (const auto* name : {"stripe", "paypal"}) {
    auto question = fake(name).next();
    EXPECT_EQ(question.instruction.card, command.card) << name;
    question.done(NotExecuted{.why = "refused"});
  }
  EXPECT_EQ(word(std::move(waits)), "unavailable");
}

TEST_F(FlowTest, when_nobody_could_be_asked_it_may_be_tried_again) {
  open({"stripe", "paypal"});
  const auto id = create();
  for (int i = 0; i < 2; ++i) {
    auto waits = give(process(id), {"k"});
    fake("stripe").answer_next(NotExecuted{.why = "refused"});
    fake("paypal").answer_next(NotExecuted{.why = "refused"});
    EXPECT_EQ(word(std::move(waits)), "unavailable");
    EXPECT_EQ(status(id), "pending");
  }
}

TEST_F(FlowTest, the_provider_that_answers_at_once_may_be_the_last_choice) {
  open({"stripe", "simulator"}, {}, "simulator");
  const auto id = create();
  auto command = process(id);
  command.at_once_provider = "simulator";
  command.at_once = Answer{Approved{visa()}};
  auto waits = give(command);
  fake().answer_next(NotExecuted{.why = "refused"});
  EXPECT_EQ(word(std::move(waits)), "ok");
  EXPECT_EQ(status(id), "paid");
}

TEST_F(FlowTest, what_nobody_knows_is_processing) {
  open({"stripe", "paypal"});
  const auto id = create();
  auto waits = give(process(id));
  fake().answer_next(Unknown{.why = "reset"});
  EXPECT_EQ(payment_reply(std::move(waits)).payment.status, Status::processing);
  EXPECT_EQ(fake("paypal").asked(), 0U);
  EXPECT_THAT(attempts(), ElementsAre("stripe authorize unknown"));
}

TEST_F(FlowTest, later_steps_go_to_the_provider_that_authorized) {
  open({"paypal", "stripe"});
  fake("paypal").take_only([](const Charge&) { return false; });
  const auto id = create_paid(CaptureMethod::manual);
  EXPECT_EQ(status(id), "authorized");
  auto capturing = give(CapturePayment{.id = id, .amount = Decimal::parse("60")});
  auto capture = fake().next();
  EXPECT_EQ(capture.instruction.attempt.kind, AttemptKind::capture);
  EXPECT_EQ(capture.instruction.attempt.call->about, "pi_1");
  EXPECT_EQ(capture.instruction.attempt.call->amount_minor, 6000);
  capture.done(Succeeded{});
  EXPECT_EQ(payment_reply(std::move(capturing)).payment.captured_minor, 6000);
  auto refunding = give(RefundPayment{.id = id, .amount = Decimal::parse("10"), .reason = "broken"});
  fake().answer_next(Succeeded{.reference = "re_1"});
  EXPECT_EQ(payment_reply(std::move(refunding)).payment.refunded_minor, 1000);
  auto refused = give(RefundPayment{.id = id, .amount = {}, .reason = {}});
  fake().answer_next(Declined{"expired_or_canceled_card"});
  EXPECT_EQ(word(std::move(refused)), "card_declined");
  EXPECT_EQ(status(id), "partially_refunded");
}

TEST_F(FlowTest, a_void_that_was_not_executed_may_be_asked_for_again) {
  open({"stripe"});
  const auto id = create_paid(CaptureMethod::manual);
  auto first = give(CancelPayment{.id = id, .reason = {}}, {"c"});
  fake().answer_next(NotExecuted{.why = "429"});
  EXPECT_EQ(word(std::move(first)), "unavailable");
  auto second = give(CancelPayment{.id = id, .reason = {}}, {"c"});
  fake().answer_next(Succeeded{});
  EXPECT_EQ(payment_reply(std::move(second)).payment.status, Status::canceled);
}

TEST_F(FlowTest, an_open_attempt_is_asked_about_before_anything_else_is_done) {
  open({"stripe"});
  const auto id = create();
  auto paying = give(process(id));
  fake().answer_next(Unknown{.why = "reset"});
  reply(std::move(paying));
  auto refunding = give(RefundPayment{.id = id, .amount = {}, .reason = {}});
  auto look = fake().next();
  EXPECT_TRUE(look.is_look_up);
  look.done(Succeeded{.method = visa(), .reference = "pi_1"});
  auto refund = fake().next();
  EXPECT_EQ(refund.instruction.attempt.kind, AttemptKind::refund);
  refund.done(Succeeded{});
  EXPECT_EQ(payment_reply(std::move(refunding)).payment.status, Status::refunded);
}

TEST_F(FlowTest, a_first_call_under_way_is_not_doubled) {
  open({"stripe", "paypal"});
  const auto id = create();
  auto paying = give(process(id));
  auto question = fake().next();
  EXPECT_EQ(payment_reply(give(process(id))).payment.status, Status::processing);
  EXPECT_EQ(word(give(CancelPayment{.id = id, .reason = {}})), "invalid_state");
  word(give(HintAttempt{.id = id, .provider = "stripe"}));
  repair();
  EXPECT_TRUE(comes_true([&] { return claims_ > 2; }));
  EXPECT_EQ(fake().looked_up(), 0U);
  clock_.advance(16s);  // whoever asked is gone, as far as anybody knows
  fake().answer_next(Succeeded{.method = visa(), .reference = "pi_1"});
  EXPECT_TRUE(comes_true([&] { return status(id) == "paid"; }));
  question.done(Unknown{.why = "time-out"});
  EXPECT_EQ(payment_reply(std::move(paying)).payment.status, Status::paid);
}

TEST_F(FlowTest, what_stays_open_after_a_look_is_refused) {
  open({"stripe"});
  const auto id = create();
  auto paying = give(process(id));
  fake().answer_next(Unknown{.why = "reset"});
  reply(std::move(paying));
  auto canceling = give(CancelPayment{.id = id, .reason = {}});
  fake().answer_next(Unknown{.why = "time-out"});
  EXPECT_EQ(word(std::move(canceling)), "invalid_state");
  auto again = give(process(id));
  fake().answer_next(Pending{});
  EXPECT_EQ(payment_reply(std::move(again)).payment.status, Status::processing);
  EXPECT_EQ(fake().asked(), 1U);
}

/// A payment whose payer has been sent to the provider's page.
class AtThePayer : public FlowTest {
 protected:
  void SetUp() override {
    open({"stripe"});
    id_ = create();
    auto waits = give(process(id_), {"k"});
    fake().answer_next(waiting());
    const auto reply = payment_reply(std::move(waits));
    EXPECT_EQ(reply.payment.status, Status::requires_action);
    EXPECT_EQ(reply.payment.next_action->url, "https://bank/approve");
  }
  static Outcome waiting() { return ActionRequired{.url = "https://bank/approve", .reference = "pi_1"}; }
  PaymentId id_;
};

TEST_F(AtThePayer, coming_back_is_looked_up_on_the_spot) {
  auto waits = give(LookUpAttempt{.id = id_});
  auto look = fake().next();
  EXPECT_TRUE(look.is_look_up);
  EXPECT_EQ(look.instruction.attempt.call->reference, "pi_1");
  look.done(Succeeded{.method = visa(), .reference = "pi_1"});
  EXPECT_EQ(payment_reply(std::move(waits)).payment.status, Status::paid);
  EXPECT_EQ(word(give(LookUpAttempt{.id = id_})), "ok");
}

TEST_F(AtThePayer, who_is_given_up_is_canceled) {
  auto waits = give(CancelPayment{.id = id_, .reason = "changed their mind"});
  fake().answer_next(waiting());
  fake().answer_next(Succeeded{});
  EXPECT_EQ(payment_reply(std::move(waits)).payment.status, Status::canceled);
  EXPECT_THAT(attempts(), ElementsAre("stripe authorize declined"));
}

TEST_F(AtThePayer, who_agreed_meanwhile_has_paid_and_a_cancel_is_refused) {
  auto waits = give(CancelPayment{.id = id_, .reason = {}});
  fake().answer_next(Succeeded{.method = visa(), .reference = "pi_1"});
  EXPECT_EQ(word(std::move(waits)), "invalid_state");
  EXPECT_EQ(status(id_), "paid");
}

TEST_F(AtThePayer, another_card_gives_the_first_way_up) {
  auto waits = give(process(id_, "pm_card_mastercard"));
  fake().answer_next(waiting());
  fake().answer_next(Succeeded{});
  auto second = fake().next();
  EXPECT_EQ(second.instruction.attempt.call->source.token, "pm_card_mastercard");
  second.done(Succeeded{.method = visa(), .reference = "pi_2"});
  EXPECT_EQ(payment_reply(std::move(waits)).payment.status, Status::paid);
  EXPECT_THAT(attempts(), ElementsAre("stripe authorize declined", "stripe authorize succeeded"));
}

TEST_F(AtThePayer, the_same_card_again_is_the_same_way) {
  auto waits = give(process(id_));
  fake().answer_next(waiting());
  EXPECT_EQ(payment_reply(std::move(waits)).payment.status, Status::requires_action);
  EXPECT_EQ(fake().asked(), 1U);
}

TEST_F(FlowTest, an_order_is_undone_at_every_provider_it_needs) {
  open({"stripe"});
  const auto pending = create();
  const auto paid = create_paid();
  const auto authorized = create_paid(CaptureMethod::manual);
  auto waits = give(UndoOrder{.order_id = {11}}, {"u"});
  for (int i = 0; i < 2; ++i) {
    auto question = fake().next();
    const bool refunds = question.instruction.attempt.payment_id == paid;
    EXPECT_EQ(question.instruction.attempt.kind,
              refunds ? AttemptKind::refund : AttemptKind::void_authorization);
    EXPECT_FALSE(is_told(waits));
    question.done(Succeeded{});
  }
  EXPECT_EQ(word(std::move(waits)), "ok");
  EXPECT_EQ(status(pending), "canceled");
  EXPECT_EQ(status(paid), "refunded");
  EXPECT_EQ(status(authorized), "canceled");
  EXPECT_EQ(word(give(UndoOrder{.order_id = {11}}, {"u"})), "ok");
}

TEST_F(FlowTest, who_is_let_go_is_told_of_the_payment_as_it_is) {
  open({"stripe"});
  const auto id = create();
  auto waits = give(process(id));
  auto question = fake().next();
  EXPECT_FALSE(is_told(waits));
  flow_->let_payers_go();
  EXPECT_EQ(payment_reply(std::move(waits)).payment.status, Status::processing);
  question.done(Succeeded{.method = visa(), .reference = "pi_1"});
  EXPECT_TRUE(comes_true([&] { return status(id) == "paid"; }));
  const auto later = create();
  EXPECT_EQ(payment_reply(give(process(later))).payment.status, Status::processing);
}

TEST_F(FlowTest, who_is_let_go_before_anything_was_done_is_told_so_and_it_is_not_done) {
  open({"stripe"});
  const auto id = create();
  auto paying = give(process(id));
  fake().answer_next(Unknown{.why = "reset"});
  reply(std::move(paying));
  auto refunding = give(RefundPayment{.id = id, .amount = {}, .reason = {}});
  auto look = fake().next();
  flow_->let_payers_go();
  EXPECT_EQ(word(std::move(refunding)), "unavailable");
  look.done(Succeeded{.method = visa(), .reference = "pi_1"});
  EXPECT_TRUE(comes_true([&] { return status(id) == "paid"; }));
  EXPECT_EQ(fake().asked(), 1U);
}

TEST_F(FlowTest, an_outcome_that_cannot_be_committed_is_unavailable) {
  open({"stripe"});
  const auto id = create();
  auto waits = give(process(id));
  auto question = fake().next();
  shared_.look([](Memory& memory) {
    memory.before_commit = [](const Changes&) { throw StoreUnavailable("scripted"); };
  });
  question.done(Succeeded{.method = visa(), .reference = "pi_1"});
  EXPECT_EQ(word(std::move(waits)), "unavailable");
  EXPECT_EQ(status(id), "processing");
}

TEST_F(FlowTest, those_that_find_the_queue_full_get_back_what_they_came_with) {
  queue_limit_ = 0;
  open({"stripe"});
  std::vector<Flow::Submission> submissions;
  int answered = 0;
  for (std::int64_t i = 1; i <= 3; ++i)
    submissions.push_back(
        {.job = {.command = process({i})}, .done = [&](const Result<Reply>&) { ++answered; }});
  flow_->submit(submissions);
  ASSERT_EQ(submissions.size(), 3U);
  for (auto& left : submissions) left.done(fail(ErrorCode::unavailable));
  EXPECT_EQ(answered, 3);
  EXPECT_EQ(std::get<ProcessPayment>(submissions[2].job.command).id, PaymentId{3});
}

TEST_F(FlowTest, a_provider_that_is_gone_is_not_waited_for) {
  open({"stripe"});
  const auto id = create_paid();
  shared_.look([&](Memory& memory) { memory.payments.at(id).custody->provider = "gone"; });
  EXPECT_EQ(word(give(RefundPayment{.id = id, .amount = {}, .reason = {}})), "unavailable");
  EXPECT_EQ(status(id), "paid");
}

TEST_F(FlowTest, what_a_provider_has_that_is_not_set_up_any_more_is_said_to_need_it) {
  open({"stripe"});
  const auto paid = create_paid();
  const auto held = create_paid(CaptureMethod::manual);
  const auto waits = create();
  auto sent_away = give(process(waits));
  fake().answer_next(ActionRequired{.url = "https://bank/approve", .reference = "pi_1"});
  reply(std::move(sent_away));
  open({"paypal"});
  const auto said = [this](Command command) {
    const auto told = reply(give(std::move(command), {"k"}));
    return told ? "" : told.error().detail.en;
  };
  EXPECT_THAT(said(RefundPayment{.id = paid}), HasSubstr("not set up here"));
  EXPECT_THAT(said(CapturePayment{.id = held}), HasSubstr("not set up here"));
  EXPECT_THAT(said(UndoPayment{.id = waits}), HasSubstr("not set up here"));
  EXPECT_EQ(word(give(RefundPayment{.id = waits})), "invalid_state") << "with its provider it would be, too";
  EXPECT_EQ(status(waits), "requires_action");
  open({"simulator"}, {}, "simulator");
  EXPECT_THAT(said(UndoPayment{.id = waits}), HasSubstr("not set up here"));
  EXPECT_THAT(said(RefundPayment{.id = paid}), HasSubstr("not set up here"));
}

}  // namespace
}  // namespace pay::test
