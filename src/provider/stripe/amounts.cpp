#include "provider/stripe/amounts.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

namespace pay::stripe {
namespace {

/// Stripe's unit beside ISO 4217's, and what an amount must be a multiple of.
struct Unit {
  std::string_view currency;
  int decimals;
  std::int64_t multiple = 1;
};

// https://docs.stripe.com/currencies, of 2025: "zero-decimal currencies", "three-decimal currencies" (whose
// last digit must be 0) and "special cases" (whole units, written with two decimals).
constexpr auto units = std::to_array<Unit>({
    {"BIF", 0},     {"CLP", 0},     {"DJF", 0},      {"GNF", 0},      {"JPY", 0},     {"KMF", 0},
    {"KRW", 0},     {"MGA", 0},     {"PYG", 0},      {"RWF", 0},      {"VND", 0},     {"VUV", 0},
    {"XAF", 0},     {"XOF", 0},     {"XPF", 0},      {"BHD", 3, 10},  {"JOD", 3, 10}, {"KWD", 3, 10},
    {"OMR", 3, 10}, {"TND", 3, 10}, {"ISK", 2, 100}, {"UGX", 2, 100},
});

constexpr std::array<std::int64_t, 4> powers{1, 10, 100, 1000};

}  // namespace

std::optional<std::int64_t> amount_of(std::int64_t minor, Currency currency) {
  const auto listed = std::ranges::find(units, currency.code(), &Unit::currency);
  if (listed == units.end() && currency.decimals() != 2) return {};
  const Unit unit = listed == units.end() ? Unit{currency.code(), 2} : *listed;

  const std::int64_t scale = powers[static_cast<std::size_t>(unit.decimals)];
  if (minor > std::numeric_limits<std::int64_t>::max() / scale) return {};
  const std::int64_t scaled = minor * scale;
  if (scaled % currency.scale() != 0) return {};
  const std::int64_t amount = scaled / currency.scale();
  if (amount % unit.multiple != 0) return {};
  return amount;
}

}  // namespace pay::stripe
