// Tokens and wallets at the simulator: the field's family of test payment methods.
#include <gtest/gtest.h>

#include <array>

#include "provider/simulator/simulator.hpp"
#include "provider/simulator/test_cards.hpp"
#include "provider/simulator/test_tokens.hpp"

namespace pay {
namespace {

using namespace std::chrono;

constexpr Timestamp now = sys_days{year{2026} / 6 / 15};

Result<Answer> pay_with(Source source) {
  return Simulator{}.authorize(source, now);
}

std::string declined_with(const Result<Answer>& answer) {
  if (!answer) return std::string(name(answer.error().code));
  const auto* declined = std::get_if<Declined>(&*answer);
  return declined ? declined->decline_code : "approved";
}

struct ApprovedCase {
  std::string_view token;
  MethodType type;
  Brand brand;
  std::string_view last4;
};

constexpr auto approved = std::to_array<ApprovedCase>({
    {"pm_card_visa", MethodType::credit_card, Brand::visa, "4242"},
    {"pm_card_visa_debit", MethodType::debit_card, Brand::visa, "5556"},
    {"pm_card_mastercard", MethodType::credit_card, Brand::mastercard, "4444"},
    {"pm_card_mastercard_debit", MethodType::debit_card, Brand::mastercard, "8210"},
    {"pm_card_mastercard_prepaid", MethodType::prepaid_card, Brand::mastercard, "5100"},
    {"pm_card_amex", MethodType::credit_card, Brand::amex, "0005"},
    {"pm_card_discover", MethodType::credit_card, Brand::discover, "1117"},
    {"pm_card_diners", MethodType::credit_card, Brand::diners, "5904"},
    {"pm_card_jcb", MethodType::credit_card, Brand::jcb, "0505"},
    {"pm_card_unionpay", MethodType::credit_card, Brand::unionpay, "0005"},
    {"tok_visa", MethodType::credit_card, Brand::visa, "4242"},
});

TEST(SimulatorToken, stands_for_its_card) {
  for (const auto& [token, type, brand, last4] : approved) {
    const auto answer = pay_with(CardToken{std::string(token)});
    ASSERT_TRUE(answer && std::holds_alternative<Approved>(*answer)) << token;
    const auto& method = std::get<Approved>(*answer).method;
    EXPECT_EQ(method.type, type) << token;
    EXPECT_EQ(method.brand, brand) << token;
    EXPECT_EQ(method.last4, last4) << token;
    EXPECT_EQ(method.expiry, (Expiry{2027, 12})) << token;
  }
}

struct DeclinedCase {
  std::string_view token;
  std::string_view code;
};

constexpr auto declined = std::to_array<DeclinedCase>({
    {"pm_card_chargeDeclined", "generic_decline"},
    {"pm_card_visa_chargeDeclined", "generic_decline"},
    {"pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"},
    {"pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"},
    {"pm_card_visa_chargeDeclinedLostCard", "lost_card"},
    {"pm_card_visa_chargeDeclinedStolenCard", "stolen_card"},
    {"pm_card_chargeDeclinedExpiredCard", "expired_card"},
    {"pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc"},
    {"pm_card_chargeDeclinedProcessingError", "processing_error"},
    {"pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_velocity_exceeded"},
    {"pm_card_radarBlock", "fraudulent"},
    {"pm_card_authenticationRequired", "authentication_required"},
    {"tok_chargeDeclined", "generic_decline"},
    {"pm_card_nobody", "invalid_request"},
    {"visa", "invalid_request"},
    {"", "invalid_request"},
});

TEST(SimulatorToken, is_declined_as_its_name_says) {
  for (const auto& [token, code] : declined) {
    EXPECT_EQ(declined_with(pay_with(CardToken{std::string(token)})), code) << token;
  }
}

TEST(SimulatorToken, that_is_unknown_names_its_field) {
  const auto answer = pay_with(CardToken{"pm_1Nobody"});
  ASSERT_FALSE(answer);
  ASSERT_EQ(answer.error().fields.size(), 1U);
  EXPECT_EQ(answer.error().fields.front().field, "payment_method.token");
}

TEST(SimulatorToken, stands_for_a_test_card_each) {
  for (const auto& token : test_tokens()) {
    const auto card = find_test_card(token.number);
    ASSERT_TRUE(card) << token.token;
    EXPECT_EQ(card->decline_code, token.decline_code) << token.token;
  }
}

TEST(SimulatorWallet, pays_under_its_own_name) {
  for (const auto& [wallet, brand] :
       {std::pair{WalletName::apple_pay, Brand::apple_pay},
        std::pair{WalletName::google_pay, Brand::google_pay}, std::pair{WalletName::paypal, Brand::paypal}}) {
    const auto answer = pay_with(Wallet{wallet, "whatever it gave"});
    ASSERT_TRUE(answer && std::holds_alternative<Approved>(*answer)) << name(wallet);
    const PaymentMethod expected{.type = MethodType::wallet, .brand = brand, .last4 = {}, .expiry = {}};
    EXPECT_EQ(std::get<Approved>(*answer).method, expected);
  }
}

TEST(SimulatorWallet, is_declined_with_a_token_that_is) {
  EXPECT_EQ(declined_with(pay_with(Wallet{WalletName::apple_pay, "tok_chargeDeclined"})), "generic_decline");
}

}  // namespace
}  // namespace pay
