#include "provider/simulator/test_tokens.hpp"

#include <algorithm>
#include <array>

#include "base/bug.hpp"
#include "provider/simulator/test_cards.hpp"

namespace pay {
namespace {

constexpr std::size_t kept_digits = 4;

constexpr std::string_view visa = "4242424242424242";

constexpr auto tokens = std::to_array<TestToken>({
    {"visa", visa},
    {"visa_debit", "4000056655665556"},
    {"mastercard", "5555555555554444"},
    {"mastercard_debit", "5200828282828210"},
    {"mastercard_prepaid", "5105105105105100"},
    {"amex", "378282246310005"},
    {"discover", "6011111111111117"},
    {"diners", "30569309025904"},
    {"jcb", "3566002020360505"},
    {"unionpay", "6200000000000005"},
    {"us", visa},
    {"ca", visa},
    {"fr", visa},
    {"gb", visa},

    {"chargeDeclined", "4000000000000002", "generic_decline"},
    {"chargeDeclinedInsufficientFunds", "4000000000009995", "insufficient_funds"},
    {"chargeDeclinedLostCard", "4000000000009987", "lost_card"},
    {"chargeDeclinedStolenCard", "4000000000009979", "stolen_card"},
    {"chargeDeclinedExpiredCard", "4000000000000069", "expired_card"},
    {"chargeDeclinedIncorrectCvc", "4000000000000127", "incorrect_cvc"},
    {"chargeDeclinedProcessingError", "4000000000000119", "processing_error"},
    {"chargeDeclinedVelocityLimitExceeded", "4000000000006975", "card_velocity_exceeded"},
    {"chargeDeclinedFraudulent", "4100000000000019", "fraudulent"},
    {"radarBlock", "4100000000000019", "fraudulent"},

    {"authenticationRequired", visa, {}, true},
    {"authenticationRequiredOnSetup", visa, {}, true},
    {"threeDSecureRequired", visa, {}, true},
    {"threeDSecure2Required", visa, {}, true},
    {"threeDSecureRequiredChargeDeclined", "4000000000000002", "generic_decline", true},
    {"threeDSecureOptional", visa},
});

/// The family writes some of its names with the network and some without: `visa_chargeDeclinedLostCard`.
constexpr auto ways_to_begin = std::to_array<std::string_view>({"pm_card_", "tok_"});
constexpr std::string_view network = "visa_";

const TestToken* find_by_name(std::string_view name) {
  const auto found = std::ranges::find(tokens, name, &TestToken::token);
  return found == tokens.end() ? nullptr : &*found;
}

}  // namespace

std::span<const TestToken> test_tokens() {
  return tokens;
}

const TestToken* find_test_token(std::string_view token) {
  for (const auto beginning : ways_to_begin) {
    if (!token.starts_with(beginning)) continue;
    const auto name = token.substr(beginning.size());
    if (const auto* found = find_by_name(name)) return found;
    if (name.starts_with(network)) return find_by_name(name.substr(network.size()));
  }
  return nullptr;
}

PaymentMethod method_of(const TestToken& token, Timestamp now) {
  const auto card = find_test_card(token.number);
  if (!card) bug("a test token stands for no test card");
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  return {.type = card->type,
          .brand = brand_of(card->number),
          .last4 = std::string(card->number.substr(card->number.size() - kept_digits)),
          .expiry = {.year = static_cast<int>(today.year()) + 1, .month = 12}};
}

}  // namespace pay
