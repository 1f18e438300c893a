#include "model/money.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace pay {
namespace {

constexpr std::int64_t billion = 1'000'000'000;

/// How far from a whole number of minor units an amount may lie, in billionths of the major unit: sums of
/// doubles carry noise of that kind.
constexpr std::int32_t noise_billionths = 1000;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes the digits at the front of `text` off it.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto size = static_cast<std::size_t>(end - text.begin());
  const auto digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// The parts of a JSON number: `-12.5e3` is negative, "12", "5" and 3.
struct NumberParts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::int64_t exponent = 0;
};

/// Saturates: no number of digits that fits a request body brings a larger exponent back into range.
std::int64_t to_exponent(std::string_view digits) {
  constexpr std::int64_t limit = 1'000'000;
  std::int64_t value = 0;
  for (const char c : digits) value = std::min(limit, value * 10 + (c - '0'));
  return value;
}

std::optional<NumberParts> split_number(std::string_view text) {
  NumberParts parts;
  parts.negative = take(text, '-');
  parts.whole = take_digits(text);
  if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole[0] == '0')) return {};
  if (take(text, '.')) {
    parts.fraction = take_digits(text);
    if (parts.fraction.empty()) return {};
  }
  if (take(text, 'e') || take(text, 'E')) {
    const bool shrinks = take(text, '-');
    if (!shrinks) take(text, '+');
    const auto digits = take_digits(text);
    if (digits.empty()) return {};
    parts.exponent = shrinks ? -to_exponent(digits) : to_exponent(digits);
  }
  if (!text.empty()) return {};
  return parts;
}

/// Adds `digit` x 10^`power` to the number. False when it has become too large.
bool add_digit(Decimal& number, int digit, std::int64_t power) {
  if (digit == 0) return true;
  if (power >= 12) return false;
  if (power < -9) {
    number.inexact = true;
    return true;
  }
  std::int64_t value = digit;
  for (auto i = power < 0 ? -9 : 0; i < power; ++i) value *= 10;
  if (power < 0) {
    number.billionths += static_cast<std::int32_t>(value);
  } else {
    number.units += value;
  }
  return true;
}

std::int64_t max_minor(Currency currency) {
  return max_amount_units * currency.scale() + max_amount_billionths / (billion / currency.scale());
}

std::string with_code(std::int64_t minor, Currency currency) {
  return fmt::format("{} {}", to_decimal_text(minor, currency), currency.code());
}

std::unexpected<Text> too_small(Currency currency) {
  const auto least = with_code(1, currency);
  return std::unexpected(Text{.en = fmt::format("must be at least {}", least),
                              .fr = fmt::format("doit être d'au moins {}", least)});
}

std::unexpected<Text> too_large(Currency currency) {
  const auto most = with_code(max_minor(currency), currency);
  return std::unexpected(
      Text{.en = fmt::format("must be at most {}", most), .fr = fmt::format("doit être d'au plus {}", most)});
}

std::unexpected<Text> too_many_decimals(Currency currency) {
  return std::unexpected(
      Text{.en = fmt::format("{} has {} decimals, no more", currency.code(), currency.decimals()),
           .fr = fmt::format("{} a {} décimales, pas plus", currency.code(), currency.decimals())});
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  const auto parts = split_number(text);
  if (!parts) return {};
  Decimal number;
  bool fits = true;
  auto power = static_cast<std::int64_t>(parts->whole.size()) - 1 + parts->exponent;
  for (const auto digits : {parts->whole, parts->fraction}) {
    for (const char c : digits) fits = add_digit(number, c - '0', power--) && fits;
  }
  if (!fits) number = {.units = too_large};
  if (parts->negative && number != Decimal{}) return Decimal{.units = -1};
  return number;
}

std::expected<std::int64_t, Text> to_minor(const Decimal& amount, Currency currency) {
  if (amount.units < 0) return too_small(currency);
  if (amount.units >= Decimal::too_large) return too_large(currency);

  const auto unit_billionths = billion / currency.scale();
  auto minor = amount.units * currency.scale() + amount.billionths / unit_billionths;
  const auto above = amount.billionths % unit_billionths;
  const auto below = unit_billionths - above;
  const bool near_lower = above < noise_billionths || (above == noise_billionths && !amount.inexact);
  if (below <= noise_billionths) {
    ++minor;
  } else if (!near_lower) {
    return too_many_decimals(currency);
  }

  if (minor < 1) return too_small(currency);
  if (minor > max_minor(currency)) return too_large(currency);
  return minor;
}

void append_decimal(std::string& out, std::int64_t minor, Currency currency) {
  const auto scale = static_cast<std::uint64_t>(currency.scale());
  // In unsigned arithmetic even the smallest number has an opposite.
  const auto magnitude =
      minor < 0 ? 0 - static_cast<std::uint64_t>(minor) : static_cast<std::uint64_t>(minor);
  if (minor < 0) out += '-';
  // By hand: every payment that is shown has several, and a general formatter takes ten times as long.
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), magnitude / scale).ptr;
  out.append(digits.data(), end);
  auto fraction = magnitude % scale;
  if (fraction == 0) return;
  out += '.';
  out.append(static_cast<std::size_t>(currency.decimals()), '0');
  for (auto digit = out.rbegin(); fraction > 0; fraction /= 10)
    *digit++ = static_cast<char>('0' + fraction % 10);
  while (out.back() == '0') out.pop_back();
}

std::string to_decimal_text(std::int64_t minor, Currency currency) {
  std::string text;
  append_decimal(text, minor, currency);
  return text;
}

}  // namespace pay
