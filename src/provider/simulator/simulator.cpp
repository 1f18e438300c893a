#include "provider/simulator/simulator.hpp"

#include "base/bug.hpp"
#include "provider/simulator/test_cards.hpp"
#include "provider/simulator/test_tokens.hpp"

namespace pay {
namespace {

constexpr std::size_t kept_digits = 4;

/// What is said of a number that is not a test card: a typing error, or a card that must not be here. The
/// other fields do not matter then.
ErrorCode why_refused(const Card& card, Timestamp now) {
  const auto checked = check_card(card, false, now);
  const bool mistyped = !checked && checked.error().code == ErrorCode::incorrect_number;
  return mistyped ? ErrorCode::incorrect_number : ErrorCode::live_card_refused;
}

PaymentMethod method_of(const TestCard& test_card, Expiry expiry) {
  const auto number = test_card.number;
  return {.type = test_card.type,
          .brand = brand_of(number),
          .last4 = std::string{number.substr(number.size() - kept_digits)},
          .expiry = expiry};
}

Result<Answer> answer_to(const Card& card, Timestamp now) {
  const auto test_card = find_test_card(card.number.reveal());
  if (!test_card) return fail(why_refused(card, now));
  if (const auto checked = check_card(card, true, now); !checked) return std::unexpected(checked.error());
  if (!test_card->decline_code.empty()) return Declined{std::string{test_card->decline_code}};
  return Approved{method_of(*test_card, card.expiry)};
}

/// What the issuer behind a token says before it asks who pays.
std::optional<Declined> refusal_of(const TestToken& token) {
  if (token.needs_payer) return Declined{"authentication_required"};
  if (!token.decline_code.empty()) return Declined{std::string(token.decline_code)};
  return std::nullopt;
}

Result<Answer> answer_to(const CardToken& source, Timestamp now) {
  const auto* token = find_test_token(source.token);
  if (!token) {
    return invalid(
        "payment_method.token",
        {.en = "is no test token; send pm_card_visa, pm_card_chargeDeclined or another of that family",
         .fr = "n'est pas un jeton de test; envoyez pm_card_visa, pm_card_chargeDeclined ou un autre "
               "de cette famille"});
  }
  if (auto refusal = refusal_of(*token)) return *std::move(refusal);
  return Approved{method_of(*token, now)};
}

Brand brand_of(WalletName wallet) {
  switch (wallet) {
    case WalletName::apple_pay:
      return Brand::apple_pay;
    case WalletName::google_pay:
      return Brand::google_pay;
    case WalletName::paypal:
      return Brand::paypal;
  }
  bug("an enumeration has another value");
}

/// A wallet's tokens are its own: all of them are good, save those of the family that are not.
Result<Answer> answer_to(const Wallet& wallet, Timestamp) {
  if (const auto* token = find_test_token(wallet.token)) {
    if (auto refusal = refusal_of(*token)) return *std::move(refusal);
  }
  return Approved{{.type = MethodType::wallet, .brand = brand_of(wallet.wallet), .last4 = {}, .expiry = {}}};
}

Result<Answer> answer_to(const RawCard& source, Timestamp now) {
  return answer_to(*source.card, now);
}

}  // namespace

Result<Answer> Simulator::authorize(const Source& source, Timestamp now) const {
  return std::visit([&](const auto& one) { return answer_to(one, now); }, source);
}

}  // namespace pay
