// Goal: what is held can be taken, in part too, or let go of; what was taken can be given back, part by part.
// Method: as in authorize_test.cpp.
#include "contract/provider/contract.hpp"

namespace pay::test {
namespace {

class Capture : public ProviderContract {};
class Void : public ProviderContract {};
class Refund : public ProviderContract {};
/// What a provider with books refuses.
class Limit : public ProviderContract {};

TEST_P(Capture, takes_what_is_held) {
  auto trial = of(AttemptKind::capture, authorized(false));
  EXPECT_EQ(word(trial.carry_out()), "succeeded");
  EXPECT_EQ(trial.effects(), 1);
  if (const auto moved = subject_->moved()) EXPECT_EQ(moved->captured, whole_amount);
}

TEST_P(Capture, of_a_part_takes_that_part) {
  auto trial = of(AttemptKind::capture, authorized(false), 1200);
  EXPECT_EQ(word(trial.carry_out()), "succeeded");
  if (const auto moved = subject_->moved()) EXPECT_EQ(moved->captured, 1200);
}

TEST_P(Capture, asked_again_with_the_same_key_is_done_once) {
  auto trial = of(AttemptKind::capture, authorized(false), 1200);
  const auto first = trial.carry_out();
  EXPECT_EQ(show(trial.carry_out()), show(first));
  EXPECT_EQ(word(trial.look_up()), "succeeded");
  EXPECT_EQ(trial.effects(), 1);
  if (const auto moved = subject_->moved()) EXPECT_EQ(moved->captured, 1200);
}

TEST_P(Limit, what_is_captured_is_no_more_than_is_held) {
  auto trial = of(AttemptKind::capture, authorized(false), whole_amount + 1);
  const auto outcome = trial.carry_out();
  EXPECT_NE(word(outcome), "succeeded");
  EXPECT_EQ(trial.effects(), 0);
}

TEST_P(Limit, what_was_let_go_of_is_not_captured) {
  const auto about = authorized(false);
  ASSERT_EQ(word(of(AttemptKind::void_authorization, about).carry_out()), "succeeded");
  auto trial = of(AttemptKind::capture, about);
  EXPECT_EQ(word(trial.carry_out()), "declined");
  EXPECT_EQ(trial.effects(), 0);
}

TEST_P(Void, lets_go_of_what_is_held) {
  auto trial = of(AttemptKind::void_authorization, authorized(false));
  EXPECT_EQ(word(trial.carry_out()), "succeeded");
  EXPECT_EQ(trial.effects(), 1);
  if (const auto moved = subject_->moved()) EXPECT_TRUE(moved->voided);
}

TEST_P(Void, asked_again_with_the_same_key_is_done_once) {
  auto trial = of(AttemptKind::void_authorization, authorized(false));
  ASSERT_EQ(word(trial.carry_out()), "succeeded");
  EXPECT_EQ(word(trial.carry_out()), "succeeded");
  EXPECT_EQ(word(trial.look_up()), "succeeded");
  EXPECT_EQ(trial.effects(), 1);
}

TEST_P(Limit, what_was_taken_is_not_let_go_of) {
  const auto about = authorized(false);
  ASSERT_EQ(word(of(AttemptKind::capture, about).carry_out()), "succeeded");
  auto trial = of(AttemptKind::void_authorization, about);
  EXPECT_EQ(word(trial.carry_out()), "declined");
  EXPECT_EQ(trial.effects(), 0);
}

TEST_P(Refund, in_two_parts_gives_back_both) {
  const auto about = authorized(true);
  auto first = of(AttemptKind::refund, about, 500);
  auto second = of(AttemptKind::refund, about, 500);
  EXPECT_EQ(word(first.carry_out()), "succeeded");
  EXPECT_EQ(word(second.carry_out()), "succeeded");
  EXPECT_EQ(first.effects(), 1);
  EXPECT_EQ(second.effects(), 1);
  if (const auto moved = subject_->moved()) EXPECT_EQ(moved->refunded, 1000);
}

TEST_P(Refund, asked_again_with_the_same_key_is_done_once) {
  auto trial = of(AttemptKind::refund, authorized(true), 500);
  const auto first = trial.carry_out();
  EXPECT_EQ(show(trial.carry_out()), show(first));
  EXPECT_EQ(show(trial.look_up()), show(first));
  EXPECT_EQ(trial.effects(), 1);
  if (const auto moved = subject_->moved()) EXPECT_EQ(moved->refunded, 500);
}

TEST_P(Refund, of_what_was_captured_in_part) {
  auto capture = of(AttemptKind::capture, authorized(false), 1200);
  auto trial = of(AttemptKind::refund, reference_of(capture.carry_out()), 1200);
  EXPECT_EQ(word(trial.carry_out()), "succeeded");
  if (const auto moved = subject_->moved()) EXPECT_EQ(moved->refunded, 1200);
}

TEST_P(Limit, what_is_refunded_is_no_more_than_is_left) {
  const auto about = authorized(true);
  ASSERT_EQ(word(of(AttemptKind::refund, about, 1500).carry_out()), "succeeded");
  auto trial = of(AttemptKind::refund, about, 500);
  const auto outcome = trial.carry_out();
  EXPECT_TRUE(word(outcome) == "declined" || word(outcome) == "not_executed") << show(outcome);
  EXPECT_EQ(trial.effects(), 0);
  EXPECT_EQ(subject_->moved()->refunded, 1500);
}

INSTANTIATE_TEST_SUITE_P(Every, Capture, testing::ValuesIn(profiles()), name_of_run);
INSTANTIATE_TEST_SUITE_P(Every, Void, testing::ValuesIn(profiles()), name_of_run);
INSTANTIATE_TEST_SUITE_P(Every, Refund, testing::ValuesIn(profiles()), name_of_run);
INSTANTIATE_TEST_SUITE_P(Every, Limit, testing::ValuesIn(profiles_with_peer()), name_of_run);

}  // namespace
}  // namespace pay::test
