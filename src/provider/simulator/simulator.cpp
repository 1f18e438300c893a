#include "provider/simulator/simulator.hpp"

#include "provider/simulator/test_cards.hpp"

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

}  // namespace

Result<Answer> Simulator::authorize(const Card& card, Timestamp now) const {
  const auto test_card = find_test_card(card.number.reveal());
  if (!test_card) return fail(why_refused(card, now));
  if (const auto checked = check_card(card, true, now); !checked) return std::unexpected(checked.error());
  if (!test_card->decline_code.empty()) return Declined{std::string{test_card->decline_code}};
  return Approved{method_of(*test_card, card.expiry)};
}

}  // namespace pay
