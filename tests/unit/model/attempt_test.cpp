// What is asked of providers: the key they see, and what a settlement does to an attempt.
#include "model/attempt.hpp"

#include <gtest/gtest.h>

namespace pay {
namespace {

using namespace std::chrono_literals;

Attempt open_attempt() {
  Attempt attempt{.id = {41},
                  .payment_id = {7},
                  .kind = AttemptKind::capture,
                  .provider = "bank",
                  .created_at = Timestamp{1'000'000us}};
  attempt.call = ProviderCall{.about = "auth_1", .reference = "cap_1", .due_at = Timestamp{2'000'000us}};
  return attempt;
}

TEST(ProviderKey, is_the_same_each_time_and_another_for_another_attempt) {
  const auto attempt = open_attempt();
  EXPECT_EQ(provider_key(attempt), "attempt-41-f4240");
  auto other = attempt;
  other.id = {42};
  EXPECT_NE(provider_key(other), provider_key(attempt));
  auto of_another_database = attempt;
  of_another_database.created_at += 1us;
  EXPECT_NE(provider_key(of_another_database), provider_key(attempt));
}

TEST(ProviderKey, of_the_highest_id_and_time_is_below_40_characters) {
  Attempt attempt{.id = {max_id}, .created_at = Timestamp{std::chrono::microseconds{0x7fffffffffffffff}}};
  EXPECT_LT(provider_key(attempt).size(), 48U);
  attempt.created_at = std::chrono::sys_days{std::chrono::year{2200} / 1 / 1};
  EXPECT_LT(provider_key(attempt).size(), 40U);
}

TEST(Settlement, of_an_open_attempt_is_what_it_says) {
  const auto after = settled(open_attempt(), {.id = {41},
                                              .outcome = AttemptOutcome::unknown,
                                              .tries = 3,
                                              .last_error = "reset",
                                              .needs_attention = true});
  EXPECT_EQ(after.outcome, AttemptOutcome::unknown);
  EXPECT_EQ(after.call->tries, 3);
  EXPECT_EQ(after.call->last_error, "reset");
  EXPECT_TRUE(after.call->needs_attention);
  EXPECT_EQ(after.call->reference, "cap_1") << "none was told";
  EXPECT_EQ(after.call->about, "auth_1");
}

TEST(Settlement, of_a_final_attempt_changes_nothing) {
  for (const auto outcome :
       {AttemptOutcome::succeeded, AttemptOutcome::declined, AttemptOutcome::not_executed}) {
    auto attempt = open_attempt();
    attempt.outcome = outcome;
    EXPECT_TRUE(is_final(outcome));
    EXPECT_EQ(settled(attempt, {.id = {41}, .outcome = AttemptOutcome::unknown, .reference = "x"}), attempt);
  }
  EXPECT_FALSE(is_final(AttemptOutcome::pending));
  EXPECT_FALSE(is_final(AttemptOutcome::unknown));
}

TEST(AttemptNames, are_found_again) {
  for (const auto kind :
       {AttemptKind::authorize, AttemptKind::capture, AttemptKind::void_authorization, AttemptKind::refund})
    EXPECT_EQ(find_attempt_kind(name(kind)), kind);
  EXPECT_EQ(name(AttemptKind::void_authorization), "void");
  EXPECT_EQ(find_attempt_outcome("not_executed"), AttemptOutcome::not_executed);
  EXPECT_EQ(find_attempt_outcome("failed"), std::nullopt);
}

}  // namespace
}  // namespace pay
