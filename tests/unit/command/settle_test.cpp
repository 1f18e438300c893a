// What a provider's word does to a payment and to all that waits for it: one line a kind of attempt and word.
#include <gmock/gmock.h>

#include <array>

#include "command/asking.hpp"
#include "unit/command/samples.hpp"

namespace pay::test {
namespace {

using Kind = AttemptKind;

std::string key_of(const Decision& decision) {
  if (!decision.key) return "-";
  return decision.key_end == Decision::KeyEnd::released ? "released" : "done";
}

/// `status event attempt refund key refusal`, `-` for what is not there; the attempt is `name!` when it
/// ended.
std::string told(const Result<Decision>& decision) {
  if (!decision) return std::string(name(decision.error().code));
  const auto& settlement = decision->attempt_settlement;
  std::string attempt = "-";
  if (settlement) attempt = fmt::format("{}{}", name(settlement->outcome), settlement->due_in ? "" : "!");
  return fmt::format("{} {} {} {} {} {}", name(decision->payment.status),
                     decision->event ? name(*decision->event) : "-", attempt,
                     decision->refund_settlement ? name(decision->refund_settlement->status) : "-",
                     key_of(*decision), decision->refusal ? name(*decision->refusal) : "-");
}

Payment payment_for(Status status, CaptureMethod method = CaptureMethod::automatic) {
  return payment_at_provider(status, true, method);
}

Result<Decision> settle(const Payment& payment, const Attempt& open, Outcome outcome, World& world) {
  return decide(payment, &open, SettleAttempt{.id = {7}, .attempt = open_id, .outcome = std::move(outcome)},
                world.situation());
}

struct Row {
  Kind kind;
  Status from;
  Outcome said;
  std::string_view outcome;
};

TEST(Settle, does_for_every_kind_and_word_what_the_design_says) {
  const Outcome yes = Succeeded{.method = visa_4242, .reference = "made_1"};
  const Outcome no = Declined{"do_not_honor"};
  const Outcome act = ActionRequired{.url = "https://bank.test/act"};
  const Outcome later = Pending{};
  const Outcome not_asked = NotExecuted{"refused"};
  const Outcome nobody_knows = Unknown{.why = "timeout"};
  const auto rows = std::to_array<Row>({
      // clang-format off
      {Kind::authorize,          Status::processing,         yes,          "paid paid succeeded! - done -"},
      {Kind::authorize,          Status::processing,         no,           "pending declined declined! - done card_declined"},
      {Kind::authorize,          Status::processing,         act,          "requires_action requires_action pending - done -"},
      {Kind::authorize,          Status::processing,         later,        "processing - pending - - -"},
      {Kind::authorize,          Status::processing,         not_asked,    "pending declined not_executed! - released unavailable"},
      {Kind::authorize,          Status::processing,         nobody_knows, "processing - unknown - - -"},

      {Kind::authorize,          Status::requires_action,    yes,          "paid paid succeeded! - - -"},
      {Kind::authorize,          Status::requires_action,    no,           "pending declined declined! - - card_declined"},
      {Kind::authorize,          Status::requires_action,    act,          "requires_action requires_action pending - - -"},
      {Kind::authorize,          Status::requires_action,    later,        "processing processing pending - - -"},
      {Kind::authorize,          Status::requires_action,    not_asked,    "pending declined not_executed! - - unavailable"},
      {Kind::authorize,          Status::requires_action,    nobody_knows, "requires_action - unknown - - -"},

      {Kind::capture,            Status::authorized,         yes,          "paid paid succeeded! - done -"},
      {Kind::capture,            Status::authorized,         no,           "authorized declined declined! - done card_declined"},
      {Kind::capture,            Status::authorized,         act,          "authorized - unknown - - -"},
      {Kind::capture,            Status::authorized,         later,        "authorized - pending - - -"},
      {Kind::capture,            Status::authorized,         not_asked,    "authorized - not_executed! - released unavailable"},
      {Kind::capture,            Status::authorized,         nobody_knows, "authorized - unknown - - -"},

      {Kind::void_authorization, Status::authorized,         yes,          "canceled canceled succeeded! - done -"},
      {Kind::void_authorization, Status::authorized,         no,           "authorized declined declined! - done card_declined"},
      {Kind::void_authorization, Status::authorized,         later,        "authorized - pending - - -"},
      {Kind::void_authorization, Status::authorized,         not_asked,    "authorized - not_executed! - released unavailable"},
      {Kind::void_authorization, Status::authorized,         nobody_knows, "authorized - unknown - - -"},

      {Kind::refund,             Status::paid,               yes,          "refunded refunded succeeded! succeeded done -"},
      {Kind::refund,             Status::paid,               no,           "paid declined declined! failed done card_declined"},
      {Kind::refund,             Status::paid,               later,        "paid - pending - - -"},
      {Kind::refund,             Status::paid,               not_asked,    "paid - not_executed! failed released unavailable"},
      {Kind::refund,             Status::paid,               nobody_knows, "paid - unknown - - -"},
      {Kind::refund,             Status::partially_refunded, no,           "partially_refunded declined declined! failed done card_declined"},
      // clang-format on
  });
  for (const auto& row : rows) {
    World world;
    const auto decision = settle(payment_for(row.from), open_attempt_of(row.kind), row.said, world);
    EXPECT_EQ(told(decision), row.outcome)
        << name(row.kind) << " of " << name(row.from) << ", " << name(row.said);
  }
}

TEST(Settle, frees_the_payment_with_every_outcome_that_is_final_and_with_no_other) {
  for (const auto& said : {Outcome(Succeeded{}), Outcome(Declined{}), Outcome(NotExecuted{})}) {
    World world;
    const auto decision =
        settle(payment_for(Status::authorized), open_attempt_of(Kind::capture), said, world);
    EXPECT_FALSE(has_open_attempt(decision->payment)) << name(said);
    EXPECT_TRUE(decision->custody_changed) << name(said);
    EXPECT_TRUE(decision->attempt_settlement->finished_at) << name(said);
  }
  for (const auto& said : {Outcome(Pending{}), Outcome(Unknown{})}) {
    World world;
    const auto before = payment_for(Status::authorized);
    const auto decision = settle(before, open_attempt_of(Kind::capture), said, world);
    EXPECT_EQ(decision->payment, before) << name(said);
  }
}

TEST(Settle, of_an_approval_keeps_what_later_steps_are_about) {
  World world;
  const auto manual = settle(payment_for(Status::processing, CaptureMethod::manual),
                             open_attempt_of(Kind::authorize), Succeeded{visa_4242, "auth_9"}, world);
  EXPECT_EQ(manual->payment.status, Status::authorized);
  EXPECT_EQ(manual->payment.method, visa_4242);
  EXPECT_EQ(manual->payment.custody, (Custody{.provider = "bank", .reference = "auth_9", .open = {}}));
  EXPECT_EQ(manual->payment.expires_at, manual->payment.updated_at + world.lifetimes.authorized);
  EXPECT_EQ(manual->attempt_settlement->reference, "auth_9");

  const auto captured = settle(payment_for(Status::authorized), open_attempt_of(Kind::capture, 6000),
                               Succeeded{{}, "cap_1"}, world);
  EXPECT_EQ(captured->payment.captured_minor, 6000);
  EXPECT_EQ(captured->payment.custody->reference, "cap_1");
  const auto refunded =
      settle(payment_for(Status::paid), open_attempt_of(Kind::refund, 2500), Succeeded{{}, "ref_1"}, world);
  EXPECT_EQ(refunded->payment.refunded_minor, 2500);
  EXPECT_EQ(refunded->payment.status, Status::partially_refunded);
  EXPECT_EQ(refunded->payment.custody->reference, "auth_1") << "the next refund is of the same capture";
  EXPECT_EQ(refunded->event_reason, "why");
  EXPECT_EQ(refunded->refund_settlement->id, RefundId{5});
}

TEST(Settle, of_a_decline_makes_the_payment_as_if_it_was_not_tried) {
  World world;
  world.lifetimes.pending = 3h;
  auto before = payment_for(Status::requires_action);
  const auto after = settle(before, open_attempt_of(Kind::authorize), Declined{"lost_card"}, world)->payment;
  EXPECT_EQ(after.custody, std::nullopt);
  EXPECT_EQ(after.next_action, std::nullopt);
  EXPECT_EQ(after.expires_at, after.updated_at + 3h);
  EXPECT_EQ(after.last_error, (LastError{"card_declined", "lost_card"}));
  const auto nobody = settle(before, open_attempt_of(Kind::authorize), NotExecuted{"down"}, world);
  EXPECT_EQ(nobody->payment.last_error, (LastError{"unavailable", ""}));
  EXPECT_EQ(nobody->payment.custody, std::nullopt);
  EXPECT_EQ(nobody->attempt_settlement->last_error, "down");
}

TEST(Settle, of_a_refused_expiry_tries_again_a_day_later) {
  World world;
  auto before = payment_for(Status::authorized);
  before.expires_at = world.clock.now() - 1min;
  const auto after =
      settle(before, open_attempt_of(Kind::void_authorization), Declined{"gone"}, world)->payment;
  EXPECT_EQ(after.expires_at, after.updated_at + 24h);
}

TEST(Settle, of_the_same_action_again_writes_no_event) {
  World world;
  auto before = payment_for(Status::requires_action);
  const Outcome same = ActionRequired{.url = before.next_action->url};
  EXPECT_EQ(told(settle(before, open_attempt_of(Kind::authorize), same, world)),
            "requires_action - pending - - -");
}

TEST(Settle, gives_a_payer_a_bounded_time_where_the_provider_names_no_end) {
  World world;
  const auto open = open_attempt_of(Kind::authorize);
  const Outcome go = ActionRequired{.url = "https://bank.test/act"};
  const auto first = settle(payment_for(Status::processing), open, go, world);
  EXPECT_EQ(first->payment.next_action->expires_at, world.clock.now() + 24h);

  world.clock.advance(23h + 59min);
  const auto again = settle(first->payment, open, go, world);
  EXPECT_EQ(again->payment.next_action, first->payment.next_action) << "looks do not put it off";
  EXPECT_FALSE(again->event);
  const Outcome elsewhere = ActionRequired{.url = "https://bank.test/second"};
  EXPECT_EQ(settle(first->payment, open, elsewhere, world)->payment.next_action->expires_at,
            world.clock.now() + 24h);

  world.lifetimes.pending = 2h;
  const auto shorter = settle(payment_for(Status::processing), open, go, world);
  EXPECT_EQ(shorter->payment.next_action->expires_at, world.clock.now() + 2h);
}

TEST(Settle, looks_at_what_the_payer_has_to_do_by_its_expiry_at_the_latest) {
  World world;
  auto open = open_attempt_of(Kind::authorize);
  open.call->tries = 5;
  open.created_at -= 1h;
  const ActionRequired soon{.url = "https://bank.test/act", .expires_at = world.clock.now() + 90s};
  EXPECT_EQ(settle(payment_for(Status::processing), open, soon, world)->attempt_settlement->due_in, 90s);
  const ActionRequired over{.url = "https://bank.test/act", .expires_at = world.clock.now() - 90s};
  EXPECT_EQ(settle(payment_for(Status::processing), open, over, world)->attempt_settlement->due_in, 1h);
}

TEST(Settle, of_what_is_unknown_looks_again_by_the_schedule_and_calls_an_operator_after_a_day) {
  World world;
  auto open = open_attempt_of(Kind::authorize);
  const auto due_after = [&](int tries, std::chrono::seconds age) {
    open.call->tries = tries - 1;
    open.created_at = world.clock.now() - age;
    const auto decision = settle(payment_for(Status::processing), open, Unknown{.why = "reset"}, world);
    const auto& settlement = *decision->attempt_settlement;
    EXPECT_EQ(settlement.tries, tries);
    EXPECT_EQ(settlement.last_error, "reset");
    EXPECT_EQ(settlement.needs_attention, !settlement.due_in);
    return settlement.due_in;
  };
  using Due = std::optional<std::chrono::milliseconds>;
  EXPECT_EQ(due_after(1, 0s), Due(2s));
  EXPECT_EQ(due_after(2, 2s), Due(10s));
  EXPECT_EQ(due_after(3, 12s), Due(30s));
  EXPECT_EQ(due_after(4, 42s), Due(2min));
  EXPECT_EQ(due_after(5, 162s), Due(10min));
  EXPECT_EQ(due_after(6, 762s), Due(1h));
  EXPECT_EQ(due_after(29, 24h), Due(1h));
  EXPECT_EQ(due_after(30, 25h), Due());
  EXPECT_EQ(due_after(100, 2h), Due(1h)) << "looks of payers do not use the day up";
}

TEST(Settle, of_what_is_pending_never_calls_an_operator) {
  World world;
  auto open = open_attempt_of(Kind::refund);
  open.call->tries = 99;
  open.created_at = world.clock.now() - 100h;
  const auto settlement = *settle(payment_for(Status::paid), open, Pending{}, world)->attempt_settlement;
  EXPECT_EQ(settlement.due_in, std::chrono::milliseconds(24h));
  EXPECT_FALSE(settlement.needs_attention);
}

TEST(Settle, of_another_attempt_than_the_open_one_changes_nothing_and_tells_what_is_known) {
  World world;
  const auto open = open_attempt_of(Kind::refund);
  const SettleAttempt late{.id = {7}, .attempt = {40}, .outcome = Succeeded{}};
  EXPECT_EQ(told(decide(payment_for(Status::paid), &open, late, world.situation())), "paid - - - - -");
  EXPECT_EQ(told(decide(payment_for(Status::paid), nullptr, late, world.situation())), "paid - - - - -");
  auto declined = payment_in(Status::pending);
  declined.last_error = LastError{"card_declined", "lost_card"};
  EXPECT_EQ(told(decide(declined, nullptr, late, world.situation())), "pending - - - - card_declined");
  declined.last_error = LastError{"unavailable", ""};
  EXPECT_EQ(told(decide(declined, nullptr, late, world.situation())), "pending - - - - -")
      << "money was taken: that nothing was done would not be true";
  const SettleAttempt lost{.id = {7}, .attempt = {40}, .outcome = Unknown{}};
  EXPECT_EQ(told(decide(declined, nullptr, lost, world.situation())), "pending - - - - unavailable");
}

TEST(Settle, of_an_attempt_that_was_settled_meanwhile_tells_its_own_refusal_and_no_other) {
  World world;
  const SettleAttempt late{.id = {7}, .attempt = {40}, .outcome = Unknown{}, .asked_at_version = 2};
  for (const auto status : {Status::authorized, Status::paid, Status::partially_refunded}) {
    auto payment = payment_at_provider(status, false);
    payment.last_error = LastError{"card_declined", "refund_failed"};
    payment.version = 3;
    EXPECT_EQ(decide(payment, nullptr, late, world.situation())->refusal, ErrorCode::card_declined);
    for (const auto other : {2, 4}) {
      payment.version = other;
      EXPECT_EQ(decide(payment, nullptr, late, world.situation())->refusal, std::nullopt)
          << (other == 2 ? "it was refused before" : "it was refused later");
    }
  }
}

TEST(Settle, does_not_believe_that_nothing_was_sent_once_others_may_have_asked) {
  World world;
  const auto payment = payment_for(Status::processing);
  auto slept_too_long = open_attempt_of(Kind::authorize);
  slept_too_long.created_at = world.clock.now() - Asking{}.lease;
  auto was_asked_again = open_attempt_of(Kind::authorize);
  was_asked_again.call->tries = 1;
  for (const auto& open : {slept_too_long, was_asked_again}) {
    EXPECT_EQ(told(settle(payment, open, NotExecuted{"down"}, world)), "processing - unknown - - -");
    const SettleAttempt proved{
        .id = {7}, .attempt = open_id, .outcome = NotExecuted{"never seen"}, .was_looked_up = true};
    EXPECT_EQ(told(decide(payment, &open, proved, world.situation())),
              "pending declined not_executed! - released unavailable");
  }
}

class Failover : public testing::Test {
 protected:
  Decision settle(std::vector<std::string> tried, Rare<Result<Answer>> at_once = {}) {
    const auto open = open_attempt_of(Kind::authorize);
    auto decision = decide(payment_for(Status::processing), &open,
                           SettleAttempt{.id = {7},
                                         .attempt = open_id,
                                         .outcome = NotExecuted{"circuit open"},
                                         .tried = std::move(tried),
                                         .at_once_provider = "simulator",
                                         .at_once = std::move(at_once)},
                           world_.situation());
    return *std::move(decision);
  }
  World world_;
};

TEST_F(Failover, asks_the_next_choice_in_the_same_commit_and_the_key_goes_on_waiting) {
  world_.ask({"bank", "other"});
  const auto decision = settle({"bank"});
  EXPECT_EQ(told(decision), "processing - not_executed! - - -");
  EXPECT_EQ(decision.asks, Decision::Asks::carry_out);
  EXPECT_EQ(decision.attempt->provider, "other");
  EXPECT_EQ(decision.attempt->outcome, AttemptOutcome::pending);
  EXPECT_EQ(decision.attempt->call->waiting, (IdempotencyKey{"shop", "k"}));
  EXPECT_EQ(decision.attempt->call->source, open_attempt_of(Kind::authorize).call->source);
  EXPECT_EQ(decision.attempt->call->due_at, decision.attempt->created_at + world_.asking.lease);
  EXPECT_EQ(decision.payment.custody,
            (Custody{.provider = "other", .reference = {}, .open = decision.attempt->id}));
}

TEST_F(Failover, ends_when_all_were_tried) {
  world_.ask({"bank", "other"});
  EXPECT_EQ(told(settle({"bank", "other"})), "pending declined not_executed! - released unavailable");
}

TEST_F(Failover, takes_the_answer_that_was_given_at_once) {
  world_.ask({"bank", "simulator"});
  const auto yes = settle({"bank"}, Answer{Approved{visa_4242}});
  EXPECT_EQ(told(yes), "paid paid not_executed! - done -");
  EXPECT_EQ(yes.attempt->provider, "simulator");
  EXPECT_EQ(yes.attempt->call, std::nullopt);
  EXPECT_EQ(yes.payment.custody, std::nullopt);
  EXPECT_EQ(told(settle({"bank"}, Answer{Declined{"x"}})),
            "pending declined not_executed! - done card_declined");
  EXPECT_EQ(told(settle({"bank"}, fail(ErrorCode::live_card_refused))),
            "pending declined not_executed! - released unavailable");
}

TEST_F(Failover, is_for_whoever_waits_alone) {
  world_.ask({"bank", "other"});
  const auto open = open_attempt_of(Kind::authorize);
  EXPECT_EQ(told(pay::test::settle(payment_for(Status::processing), open, NotExecuted{"down"}, world_)),
            "pending declined not_executed! - released unavailable");
}

}  // namespace
}  // namespace pay::test
