// The simulator as a provider with outside effects: what it says, and that it says it again.
#include "provider/simulator/simulated_provider.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <set>

namespace pay {
namespace {

using namespace std::chrono;

class StandingClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return now_.load(); }
  void advance(microseconds by) { now_ = now_.load() + by; }

 private:
  std::atomic<Timestamp> now_{Timestamp{sys_days{year{2026} / 6 / 15}}};
};

KeptSource token(std::string name) {
  return {.kind = KeptSource::Kind::card_token, .token = std::move(name)};
}

Instruction authorize(std::int64_t id, KeptSource source, Timestamp created_at) {
  return {.attempt = {.id = {id},
                      .payment_id = {id},
                      .provider = "simulator",
                      .decline_code = {},
                      .created_at = created_at,
                      .finished_at = {},
                      .call = ProviderCall{.amount_minor = 500, .source = std::move(source)}},
          .currency = *Currency::find("CAD"),
          .order_id = {1},
          .return_url = "http://localhost/payments/1/return?attempt=k"};
}

Outcome asked(SimulatedProvider& provider, const Instruction& instruction, bool look_up = false) {
  std::promise<Outcome> said;
  auto done = [&](Outcome outcome) { said.set_value(std::move(outcome)); };
  look_up ? provider.look_up(instruction, done) : provider.carry_out(instruction, done);
  return said.get_future().get();
}

class Simulated : public testing::Test {
 protected:
  SimulatedProvider& provider(SimulatedFailures failures = {}, std::uint64_t seed = 1) {
    provider_.emplace(
        SimulatedProvider::Options{.deadline = milliseconds(1),
                                   .seed = seed,
                                   .failures = failures,
                                   .on_effect = [this](std::string_view key) { effects_.emplace(key); }},
        clock_);
    return *provider_;
  }

  StandingClock clock_;
  std::set<std::string, std::less<>> effects_;
  std::optional<SimulatedProvider> provider_;
};

TEST_F(Simulated, approves_and_says_what_paid) {
  const auto outcome = asked(provider(), authorize(1, token("pm_card_visa"), clock_.now()));
  ASSERT_EQ(name(outcome), "succeeded");
  EXPECT_EQ(std::get<Succeeded>(outcome).method->last4, "4242");
  EXPECT_EQ(effects_.size(), 1U);
}

TEST_F(Simulated, declines) {
  const auto outcome = asked(provider(), authorize(1, token("pm_card_chargeDeclined"), clock_.now()));
  ASSERT_EQ(name(outcome), "declined");
  EXPECT_EQ(std::get<Declined>(outcome).decline_code, "generic_decline");
  EXPECT_TRUE(effects_.empty());
}

TEST_F(Simulated, does_nothing_twice_however_often_it_is_asked) {
  auto& simulator = provider();
  const auto instruction = authorize(1, token("pm_card_visa"), clock_.now());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(name(asked(simulator, instruction)), "succeeded");
    EXPECT_EQ(name(asked(simulator, instruction, true)), "succeeded");
  }
  EXPECT_EQ(effects_.size(), 1U);
}

TEST_F(Simulated, that_lost_the_answer_tells_it_when_asked_again) {
  auto& simulator = provider({.timeout_after = 0.5});
  for (std::int64_t id = 1; id <= 50; ++id) {
    auto instruction = authorize(id, token("pm_card_visa"), clock_.now());
    auto outcome = asked(simulator, instruction);
    while (name(outcome) == "unknown") {
      ++instruction.attempt.call->tries;
      outcome = asked(simulator, instruction, true);
    }
    EXPECT_EQ(name(outcome), "succeeded");
  }
  EXPECT_EQ(effects_.size(), 50U);
}

TEST_F(Simulated, never_says_of_a_look_that_nothing_was_done) {
  auto& simulator = provider({.refuse = 1});
  const auto instruction = authorize(1, token("pm_card_visa"), clock_.now());
  EXPECT_EQ(name(asked(simulator, instruction)), "not_executed");
  EXPECT_EQ(name(asked(simulator, instruction, true)), "unknown");
}

TEST_F(Simulated, draws_the_same_fates_from_the_same_seed) {
  const SimulatedFailures failures{
      .refuse = 0.2, .timeout_before = 0.2, .timeout_after = 0.2, .pending = 0.2};
  const auto fates = [&](std::uint64_t seed) {
    auto& simulator = provider(failures, seed);
    std::string all;
    for (std::int64_t id = 1; id <= 40; ++id)
      all += name(asked(simulator, authorize(id, token("pm_card_visa"), clock_.now()))).front();
    return all;
  };
  const auto first = fates(7);
  clock_.advance(seconds(1));
  EXPECT_EQ(fates(7), first) << "at another time";
  EXPECT_NE(fates(8), first);
  for (const char expected : {'s', 'n', 'u', 'p'}) EXPECT_TRUE(first.contains(expected)) << first;
}

TEST_F(Simulated, asks_whoever_pays_and_waits_until_they_agree) {
  auto& simulator = provider();
  const auto instruction = authorize(1, token("pm_card_threeDSecure2Required"), clock_.now());
  const auto outcome = asked(simulator, instruction);
  ASSERT_EQ(name(outcome), "action_required");
  EXPECT_TRUE(std::get<ActionRequired>(outcome).url.starts_with(instruction.return_url));
  clock_.advance(seconds(3));
  EXPECT_EQ(name(asked(simulator, instruction, true)), "succeeded");
  EXPECT_EQ(effects_.size(), 1U);
}

TEST_F(Simulated, declines_after_the_approval_what_its_name_says) {
  auto& simulator = provider();
  const auto instruction = authorize(1, token("pm_card_threeDSecureRequiredChargeDeclined"), clock_.now());
  EXPECT_EQ(name(asked(simulator, instruction)), "action_required");
  clock_.advance(seconds(3));
  EXPECT_EQ(name(asked(simulator, instruction, true)), "declined");
}

TEST_F(Simulated, sends_a_paypal_wallet_without_a_token_to_its_page) {
  auto& simulator = provider();
  const KeptSource wallet{.kind = KeptSource::Kind::wallet, .wallet = WalletName::paypal};
  const auto instruction = authorize(1, wallet, clock_.now());
  EXPECT_EQ(name(asked(simulator, instruction)), "action_required");
  clock_.advance(seconds(3));
  const auto outcome = asked(simulator, instruction, true);
  ASSERT_EQ(name(outcome), "succeeded");
  EXPECT_EQ(std::get<Succeeded>(outcome).method->brand, Brand::paypal);
}

TEST_F(Simulated, remembers_what_it_said_of_a_typed_card) {
  auto& simulator = provider({.timeout_after = 1});
  auto instruction = authorize(1, {.kind = KeptSource::Kind::raw_card}, clock_.now());
  instruction.card = std::make_shared<const Card>(Secret{"4242424242424242"}, Secret{"123"}, Expiry{2030, 1});
  EXPECT_EQ(name(asked(simulator, instruction)), "unknown");
  instruction.card.reset();
  auto& calm = *provider_;
  EXPECT_EQ(name(asked(calm, instruction, true)), "unknown");
  EXPECT_EQ(effects_.size(), 1U);
}

TEST_F(Simulated, knows_that_a_typed_card_it_never_saw_was_not_charged) {
  const auto instruction = authorize(1, {.kind = KeptSource::Kind::raw_card}, clock_.now());
  EXPECT_EQ(name(asked(provider(), instruction, true)), "not_executed");
}

TEST(SimulatedFailures, are_rates_by_name) {
  const auto rates = SimulatedFailures::parse("refuse=0.25,timeout-before=0.5,timeout-after=0,pending=0.25");
  ASSERT_TRUE(rates);
  EXPECT_EQ(rates->refuse, 0.25);
  EXPECT_EQ(rates->timeout_before, 0.5);
  EXPECT_EQ(rates->pending, 0.25);
  EXPECT_TRUE(SimulatedFailures::parse(""));
  for (const auto* wrong : {"refuse", "refuse=", "refuse=2", "refuse=-1", "nothing=0.1",
                            "refuse=0.6,pending=0.6", "refuse=0.1,", "refuse=nan"}) {
    EXPECT_FALSE(SimulatedFailures::parse(wrong)) << wrong;
  }
}

TEST(Delay, calls_what_still_waits_when_it_goes) {
  int called = 0;
  {
    Delay delay;
    delay.after(hours(1), [&] { ++called; });
    delay.after(milliseconds(1), [&] { ++called; });
  }
  EXPECT_EQ(called, 2);
}

}  // namespace
}  // namespace pay
