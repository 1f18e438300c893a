#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pay {

/// A currency of ISO 4217: its three capital letters and the number of decimals of its minor unit.
/// Only `find` makes one, so a Currency always exists and its decimals are right.
class Currency {
 public:
  /// Letters in any case. Nothing for a code that ISO 4217 does not list as money in use.
  static std::optional<Currency> find(std::string_view code);

  [[nodiscard]] std::string_view code() const { return {letters_.data(), letters_.size()}; }
  [[nodiscard]] int decimals() const { return decimals_; }
  /// Minor units in one major unit: 1, 100, 1000 or 10000.
  [[nodiscard]] std::int64_t scale() const;

  bool operator==(const Currency&) const = default;

 private:
  Currency() = default;
  std::array<char, 3> letters_{};
  std::int8_t decimals_ = 0;
};

/// A decimal number exactly as a client wrote it, kept to nine decimals and a mark whether more followed.
/// No floating point: `21999.890000000003` is 21999 and 890000000 billionths, inexact.
struct Decimal {
  std::int64_t units = 0;       ///< major units, not negative
  std::int32_t billionths = 0;  ///< 0 … 999,999,999
  bool inexact = false;         ///< digits other than zero followed

  /// A JSON number or its text: minus, digits, fraction, exponent (RFC 8259, section 6). Nothing when it is
  /// not one (`+5`, `5.`, `.5`, `05`). A negative or too large one is clamped to -1 or `too_large` units,
  /// which `to_minor` refuses.
  static std::optional<Decimal> parse(std::string_view text);
  static constexpr std::int64_t too_large = 1'000'000'000'000;

  auto operator<=>(const Decimal&) const = default;
};

/// The largest amount of one payment, in major units: 9,999,999,999.99 (the reference's DECIMAL(12,2)).
inline constexpr std::int64_t max_amount_units = 9'999'999'999;
inline constexpr std::int32_t max_amount_billionths = 990'000'000;

/// The amount in minor units, at least 1. Accepted when it lies within 0.000001, in major units, of a whole
/// number of minor ones (sums of doubles carry noise of that kind). Errors: what a client is to be told of
/// the field.
std::expected<std::int64_t, Text> to_minor(const Decimal& amount, Currency currency);

/// The amount in major units, shortest form: `1999.99`, `59.5`, `500`. Negative amounts keep their sign.
std::string to_decimal_text(std::int64_t minor, Currency currency);
void append_decimal(std::string& out, std::int64_t minor, Currency currency);

}  // namespace pay
