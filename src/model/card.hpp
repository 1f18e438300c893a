#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace pay {

/// The network of a card, or the wallet that paid.
enum class Brand : std::uint8_t {
  unknown,
  visa,
  mastercard,
  amex,
  discover,
  diners,
  jcb,
  unionpay,
  apple_pay,
  google_pay,
  paypal
};
std::string_view name(Brand brand);
std::optional<Brand> find_brand(std::string_view name);

/// The first digits tell the network (ISO/IEC 7812-1 issuer identification numbers).
Brand brand_of(std::string_view digits);

/// ISO/IEC 7812-1, annex B: the check digit formula. `digits` holds decimal digits only.
bool passes_luhn(std::string_view digits);

/// A number of 13 to 19 digits that passes Luhn stands somewhere in the text, blanks and hyphens aside.
/// Such a text is not accepted anywhere: card numbers do not enter by the back door. Only whole groups of
/// digits count: the 16 that follow `ref 12 ` do, 16 within 25 unbroken digits do not. Linear in the text.
bool holds_card_number(std::string_view text);

struct Expiry {
  int year = 0;   ///< four digits
  int month = 0;  ///< 1 … 12 when valid
  bool operator==(const Expiry&) const = default;
};

/// `MM/YY`, `MM/YYYY`, `YYYY-MM`, `YYYY-MM-DD`. Nothing when it has none of these forms; a month 13 has.
std::optional<Expiry> parse_expiry(std::string_view text);

/// A card as it was sent: in memory for the length of one call, and wiped with it.
struct Card {
  Secret number;  ///< digits only (blanks and hyphens are taken out by whoever reads it)
  Secret cvc;     ///< digits only
  Expiry expiry;
};

/// `incorrect_number` (length or Luhn), `invalid_expiry_month`, `invalid_expiry_year`, `invalid_cvc`: the
/// first that applies in this order (a year more than 50 ahead is an invalid one). `number_is_known` skips
/// the check of the number (a test number of the simulator may fail Luhn). `now` decides whether the card has
/// expired: a card is good through the last day of its month.
Result<void> check_card(const Card& card, bool number_is_known, Timestamp now);

}  // namespace pay
