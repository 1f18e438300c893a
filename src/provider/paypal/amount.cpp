#include "provider/paypal/amount.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pay::paypal {
namespace {

struct Row {
  std::string_view code;
  int decimals;
};

// clang-format off
constexpr auto currencies = std::to_array<Row>({
    {"AUD", 2}, {"BRL", 2}, {"CAD", 2}, {"CHF", 2}, {"CNY", 2}, {"CZK", 2}, {"DKK", 2}, {"EUR", 2}, {"GBP", 2},
    {"HKD", 2}, {"HUF", 0}, {"ILS", 2}, {"JPY", 0}, {"MXN", 2}, {"MYR", 2}, {"NOK", 2}, {"NZD", 2}, {"PHP", 2},
    {"PLN", 2}, {"RUB", 2}, {"SEK", 2}, {"SGD", 2}, {"THB", 2}, {"TWD", 0}, {"USD", 2},
});
// clang-format on
static_assert(std::ranges::is_sorted(currencies, {}, &Row::code));

const Row* find(Currency currency) {
  const auto row = std::ranges::lower_bound(currencies, currency.code(), {}, &Row::code);
  return row == currencies.end() || row->code != currency.code() ? nullptr : &*row;
}

}  // namespace

std::optional<std::string> amount_text(std::int64_t minor, Currency currency) {
  const auto* const row = find(currency);
  if (row == nullptr || minor < 1) return std::nullopt;
  const auto units = minor / currency.scale();
  const auto fraction = minor % currency.scale();
  if (row->decimals != 0) return fmt::format("{}.{:0{}}", units, fraction, row->decimals);
  if (fraction != 0) return std::nullopt;
  return fmt::format("{}", units);
}

bool says_amount(std::string_view text, std::int64_t minor, Currency currency) {
  const auto said = Decimal::parse(text);
  return said && *said == Decimal::parse(to_decimal_text(minor, currency));
}

}  // namespace pay::paypal
