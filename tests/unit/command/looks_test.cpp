// Who may ask a provider about an open attempt, one at a time, and when the next look is due after that.
#include <gmock/gmock.h>

#include "command/asking.hpp"
#include "unit/command/batch.hpp"

namespace pay::test {
namespace {

using testing::IsEmpty;

class Looks : public Batch {
 protected:
  /// A payment whose authorization ended in this.
  PaymentId have_open(Outcome outcome = Unknown{.why = "reset", .contact = Contact::silent}) {
    return have_at_provider(std::move(outcome));
  }
  static Job look_at(PaymentId id) { return asking(without_key(LookUpAttempt{.id = id})); }
  static bool is_granted(const Result<Reply>& reply) { return reply && std::holds_alternative<Ask>(*reply); }
  const ProviderCall& call() { return *memory_.attempts.back().call; }

  /// As whoever looks on the spot settles it.
  Result<Reply> settle_on_the_spot(const Result<Reply>& granted, Outcome outcome) {
    const auto& ask = ask_of(granted);
    return run_one(without_key(SettleAttempt{.id = ask.instruction->attempt.payment_id,
                                             .attempt = ask.instruction->attempt.id,
                                             .outcome = std::move(outcome),
                                             .was_looked_up = true,
                                             .was_due = ask.was_due}));
  }
  void SetUp() override {
    memory_.now = [this] { return world_.clock.now(); };
  }
};

TEST_F(Looks, are_granted_to_one_at_a_time) {
  const auto id = have_open();
  const auto first = run_one(look_at(id));
  ASSERT_TRUE(is_granted(first));
  EXPECT_TRUE(call().being_asked);
  EXPECT_FALSE(is_granted(run_one(look_at(id))));
  settle(first, Pending{});
  EXPECT_FALSE(call().being_asked);
  EXPECT_TRUE(is_granted(run_one(look_at(id))));
}

TEST_F(Looks, of_one_batch_are_granted_to_one) {
  const auto id = have_open();
  world_.clock.advance(1h);  // long overdue
  const auto replies = run({look_at(id), look_at(id)});
  EXPECT_TRUE(is_granted(replies[0]));
  EXPECT_FALSE(is_granted(replies[1]));
}

TEST_F(Looks, have_a_lease_in_which_a_payers_way_can_be_given_up) {
  const auto id = have_open();
  run_one(look_at(id));
  EXPECT_EQ(changes_.attempt_settlements.front().due_in, world_.asking.look_lease);
  world_.clock.advance(world_.asking.look_lease - 2s);
  EXPECT_FALSE(is_granted(run_one(look_at(id))));
  world_.clock.advance(1s);
  EXPECT_TRUE(is_granted(run_one(look_at(id)))) << "whoever looked is gone";
}

TEST_F(Looks, do_not_begin_while_it_is_carried_out) {
  world_.ask({"bank"});
  const auto id = have();
  run_one(asking(without_key(token_process(id))));
  EXPECT_TRUE(call().being_asked);
  EXPECT_FALSE(is_granted(run_one(look_at(id))));
  world_.clock.advance(world_.asking.lease);
  EXPECT_TRUE(is_granted(run_one(look_at(id))));
}

TEST_F(Looks, leave_a_trace_by_which_it_is_not_believed_that_nothing_was_sent) {
  world_.ask({"bank", "other"});
  const auto id = have();
  const auto asked = run_one(asking(without_key(token_process(id))));
  const auto& attempt = ask_of(asked).instruction->attempt;
  auto here = world_.situation();
  here.now += world_.asking.lease;  // of an instance whose clock is ahead
  const auto look = decide(memory_.payments.at(id), &attempt, LookUpAttempt{.id = id}, here);
  EXPECT_EQ(look->attempt_settlement->tries, 1);
  memory_.settle(*look->attempt_settlement);
  const auto late = settle(asked, NotExecuted{"refused"});
  EXPECT_EQ(payment_of(late).status, Status::processing);
  EXPECT_THAT(changes_.attempts, IsEmpty());
  EXPECT_TRUE(changes_.empty()) << "whoever looks has it still";
  EXPECT_TRUE(call().being_asked);
}

TEST_F(Looks, are_not_disturbed_by_hints) {
  const auto id = have_open();
  const auto look = run_one(look_at(id));
  run_one(without_key(HintAttempt{.id = id, .provider = "bank"}));
  EXPECT_TRUE(changes_.empty());
  settle(look, Pending{});
  run_one(without_key(HintAttempt{.id = id, .provider = "bank"}));
  EXPECT_EQ(changes_.attempt_settlements.front().due_in, 0ms);
}

TEST_F(Looks, are_never_asked_for_by_what_time_brings_about) {
  const auto id = have_at_provider();
  run_one(asking(without_key(UndoPayment{id})));
  auto& payment = memory_.payments.at(id);
  payment.expires_at = world_.clock.now() - 1s;
  const auto before = payment;
  const auto reply = run_one(asking(without_key(ExpirePayment{id})));
  EXPECT_EQ(payment_of(reply), before);
  EXPECT_TRUE(changes_.empty());
}

TEST_F(Looks, on_the_spot_do_not_put_the_next_one_off) {
  const auto id = have_open();
  world_.clock.advance(10min);  // nobody repairs, and then
  settle(run_one(look_at(id)), Unknown{.why = "reset", .contact = Contact::silent});
  const auto due_at = call().due_at;
  for (int polls = 0; polls < 4; ++polls) {  // two seconds each
    settle_on_the_spot(run_one(look_at(id)), Pending{});
    EXPECT_EQ(call().due_at, due_at);
  }
  EXPECT_EQ(call().tries, 6) << "each asks under another key where a provider keeps its answers";
}

TEST_F(Looks, that_came_between_do_not_use_the_schedule_up) {
  const auto id = have_open(Pending{});
  for (int polls = 0; polls < 20; ++polls) settle_on_the_spot(run_one(look_at(id)), Pending{});
  settle(run_one(look_at(id)), Pending{});
  EXPECT_LE(*call().due_at - world_.clock.now(), 5min) << "not an hour: it is not a minute old";
}

TEST_F(Looks, that_were_kept_back_are_as_if_they_had_not_been) {
  const auto id = have_open();
  const auto before = call();
  for (int polls = 0; polls < 5; ++polls)
    settle_on_the_spot(run_one(look_at(id)), Unknown{.why = "left alone", .contact = Contact::none});
  EXPECT_EQ(call().tries, before.tries);
  EXPECT_LE(*call().due_at, world_.clock.now()) << "it was due meanwhile, and still is";
}

TEST_F(Looks, of_what_is_an_operators_leave_it_to_him) {
  const auto id = have_open();
  auto& attempt = memory_.attempts.back();
  attempt.created_at -= 48h;
  attempt.call->tries = 30;
  attempt.call->needs_attention = true;
  attempt.call->due_at.reset();
  settle_on_the_spot(run_one(look_at(id)), Unknown{.why = "left alone", .contact = Contact::none});
  EXPECT_TRUE(call().needs_attention);
  EXPECT_FALSE(call().due_at);
}

// ---- and what an operator found out ----

class Resolution : public Looks {
 protected:
  Result<Reply> resolve(PaymentId id, std::string reference = {}) {
    return run_one(without_key(ResolveAttempt{.id = id,
                                              .attempt = memory_.attempts.back().id,
                                              .as = AttemptOutcome::succeeded,
                                              .because = "in the dashboard",
                                              .reference = std::move(reference)}));
  }
};

TEST_F(Resolution, of_an_approval_needs_the_providers_name_of_it) {
  const auto id = have_open();
  const auto unnamed = resolve(id);
  EXPECT_EQ(unnamed.error().code, ErrorCode::invalid_request);
  EXPECT_EQ(unnamed.error().fields.at(0).field, "reference");
  EXPECT_EQ(payment_of(resolve(id, "pi_7")).status, Status::paid);
  EXPECT_EQ(memory_.payments.at(id).custody->reference, "pi_7");
  const auto refund = run_one(asking(without_key(refund_of("10", id))));
  EXPECT_EQ(ask_of(refund).instruction->attempt.call->about, "pi_7");
}

TEST_F(Resolution, goes_by_the_name_that_is_known_unless_it_is_told_another) {
  const auto known = have_open(Unknown{.why = "reset", .reference = "O-1"});
  EXPECT_EQ(payment_of(resolve(known)).custody->reference, "O-1");
  const auto order = have_open(Unknown{.why = "reset", .reference = "O-2"});
  EXPECT_EQ(payment_of(resolve(order, "CAPTURE-2")).custody->reference, "CAPTURE-2");
}

TEST_F(Resolution, waits_for_whoever_asks) {
  const auto id = have_open();
  const auto look = run_one(look_at(id));
  const auto refused = resolve(id, "pi_7");
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_state);
  EXPECT_THAT(refused.error().detail.en, testing::HasSubstr("try again in 44 seconds"));
  settle(look, Pending{});
  EXPECT_TRUE(resolve(id, "pi_7"));
}

}  // namespace
}  // namespace pay::test
