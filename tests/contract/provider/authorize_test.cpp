// Goal: whatever a provider says of a payment, the word for it is the right one.
// Method: whoever pays behaves as ordered; the peer's own books tell what moved.
#include "contract/provider/contract.hpp"

namespace pay::test {
namespace {

class Authorize : public ProviderContract {
 protected:
  [[nodiscard]] KeptSource source(Payer payer) const { return profile().source(payer).value(); }
};
class AuthorizeAtPeer : public Authorize {};
class AuthorizeSlowly : public Authorize {};

TEST_P(Authorize, with_capture_takes_the_money_and_says_what_paid) {
  auto trial = ready(AttemptKind::authorize);
  const auto outcome = trial.carry_out();
  ASSERT_EQ(word(outcome), "succeeded") << show(outcome);
  EXPECT_NE(std::get<Succeeded>(outcome).reference, "");
  const auto& method = std::get<Succeeded>(outcome).method;
  ASSERT_TRUE(method.has_value());
  EXPECT_EQ(method->last4.size(), 4);
  EXPECT_EQ(trial.effects(), 1);
  if (const auto moved = subject_->moved()) EXPECT_EQ(moved->captured, whole_amount);
}

TEST_P(Authorize, without_capture_holds_the_money_and_takes_none) {
  auto trial = authorization(source(Payer::agrees), false);
  EXPECT_EQ(word(trial.carry_out()), "succeeded");
  EXPECT_EQ(trial.effects(), 1);
  if (const auto moved = subject_->moved()) EXPECT_EQ(moved->captured, 0);
}

TEST_P(Authorize, a_refusal_is_declined_in_the_fields_words_and_nothing_was_done) {
  for (const bool captures : {true, false}) {
    auto trial = authorization(source(Payer::lacks_funds), captures);
    EXPECT_EQ(show(trial.carry_out()), "declined insufficient_funds");
    EXPECT_EQ(trial.effects(), 0);
  }
}

TEST_P(Authorize, a_refusal_whose_answer_was_lost_is_found_out) {
  auto trial = authorization(source(Payer::lacks_funds), true);
  subject_->break_down({.kind = "hang_after"}, AttemptKind::authorize);
  EXPECT_EQ(word(trial.carry_out()), "unknown");
  subject_->recover();
  EXPECT_EQ(show(trial.look_up_until_known()), "declined insufficient_funds");
  EXPECT_EQ(trial.effects(), 0);
}

TEST_P(Authorize, asked_again_with_the_same_key_is_done_once) {
  auto trial = ready(AttemptKind::authorize);
  const auto first = trial.carry_out();
  EXPECT_EQ(show(trial.carry_out()), show(first));
  EXPECT_EQ(show(trial.look_up()), show(first));
  EXPECT_EQ(trial.effects(), 1);
}

TEST_P(AuthorizeAtPeer, asked_again_while_the_first_is_under_way_is_done_once) {
  auto trial = ready(AttemptKind::authorize);
  subject_->break_down({.kind = "slow:100"}, AttemptKind::authorize);
  auto first = trial.begin();
  auto second = trial.begin();
  for (auto* const one : {&first, &second}) {
    const auto outcome = one->get();
    EXPECT_TRUE(word(outcome) == "succeeded" || word(outcome) == "unknown") << show(outcome);
  }
  subject_->recover();
  EXPECT_EQ(word(trial.look_up_until_known()), "succeeded");
  EXPECT_EQ(trial.effects(), 1);
}

TEST_P(Authorize, whoever_is_asked_is_sent_to_a_page_and_then_pays) {
  auto trial = authorization(source(Payer::is_asked), true);
  const auto asked = trial.carry_out();
  ASSERT_EQ(word(asked), "action_required") << show(asked);
  EXPECT_TRUE(std::get<ActionRequired>(asked).url.starts_with("http"));
  EXPECT_EQ(word(trial.look_up()), "action_required") << "nobody has answered yet";
  EXPECT_EQ(trial.effects(), 0);

  subject_->payer_says(trial.attempt().call->reference, true);
  const auto outcome = trial.look_up_until_known();
  EXPECT_EQ(word(outcome), "succeeded") << show(outcome);
  EXPECT_EQ(show(trial.look_up()), show(outcome));
  EXPECT_EQ(trial.effects(), 1);
  if (const auto moved = subject_->moved()) EXPECT_EQ(moved->captured, whole_amount);
}

TEST_P(Authorize, whoever_is_asked_may_have_the_money_held_only) {
  auto trial = authorization(source(Payer::is_asked), false);
  ASSERT_EQ(word(trial.carry_out()), "action_required");
  subject_->payer_says(trial.attempt().call->reference, true);
  EXPECT_EQ(word(trial.look_up_until_known()), "succeeded");
  EXPECT_EQ(trial.effects(), 1);
  if (const auto moved = subject_->moved()) EXPECT_EQ(moved->captured, 0);
}

TEST_P(Authorize, whoever_is_asked_and_does_not_agree_is_declined) {
  auto trial = authorization(source(Payer::refuses), true);
  ASSERT_EQ(word(trial.carry_out()), "action_required");
  subject_->payer_says(trial.attempt().call->reference, false);
  const auto outcome = trial.look_up_until_known();
  EXPECT_EQ(word(outcome), "declined") << show(outcome);
  EXPECT_EQ(trial.effects(), 0);
}

TEST_P(AuthorizeSlowly, is_pending_until_the_provider_decides) {
  for (const bool agrees : {true, false}) {
    auto trial = authorization(source(Payer::takes_time), true);
    ASSERT_EQ(word(trial.carry_out()), "pending");
    EXPECT_EQ(word(trial.look_up()), "pending");
    const int before = trial.effects();
    subject_->payer_says(trial.attempt().call->reference, agrees);
    EXPECT_EQ(word(trial.look_up()), agrees ? "succeeded" : "declined");
    EXPECT_EQ(trial.effects(), before + (agrees ? 1 : 0));
  }
}

TEST_P(Authorize, takes_what_it_can_be_sent_and_nothing_else) {
  auto& provider = subject_->provider();
  EXPECT_EQ(provider.name(), profile().name);
  for (const auto payer : {Payer::agrees, Payer::lacks_funds, Payer::is_asked, Payer::refuses})
    EXPECT_TRUE(provider.takes({source(payer), *Currency::find("CAD"), whole_amount}));
  for (const auto& charge : profile().not_taken)
    EXPECT_FALSE(provider.takes(charge)) << name(charge.source.kind) << " " << charge.source.token << " "
                                         << charge.currency.code() << " " << charge.amount_minor;
}

INSTANTIATE_TEST_SUITE_P(Every, Authorize, testing::ValuesIn(profiles()), name_of_run);
INSTANTIATE_TEST_SUITE_P(Every, AuthorizeAtPeer, testing::ValuesIn(profiles_with_peer()), name_of_run);
INSTANTIATE_TEST_SUITE_P(Every, AuthorizeSlowly, testing::ValuesIn(profiles_with(Payer::takes_time)),
                         name_of_run);

}  // namespace
}  // namespace pay::test
