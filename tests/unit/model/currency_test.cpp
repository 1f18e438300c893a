// The currencies, against what ISO 4217 says of them.
#include <gtest/gtest.h>

#include <array>

#include "model/money.hpp"

namespace pay {
namespace {

struct Case {
  std::string_view code;
  int decimals;
  std::int64_t scale;
};

constexpr auto known = std::to_array<Case>({
    {"CAD", 2, 100},  {"EUR", 2, 100},   {"USD", 2, 100},   {"XCG", 2, 100},  {"ZWG", 2, 100},
    {"VES", 2, 100},  {"MGA", 2, 100},   {"JPY", 0, 1},     {"KRW", 0, 1},    {"CLP", 0, 1},
    {"ISK", 0, 1},    {"XAF", 0, 1},     {"XOF", 0, 1},     {"XPF", 0, 1},    {"BHD", 3, 1000},
    {"KWD", 3, 1000}, {"OMR", 3, 1000},  {"TND", 3, 1000},  {"JOD", 3, 1000}, {"IQD", 3, 1000},
    {"LYD", 3, 1000}, {"CLF", 4, 10000}, {"UYW", 4, 10000}, {"AED", 2, 100},  {"ZMW", 2, 100},
});

TEST(Currency, has_the_decimals_of_the_standard) {
  for (const auto& [code, decimals, scale] : known) {
    const auto currency = Currency::find(code);
    ASSERT_TRUE(currency) << code;
    EXPECT_EQ(currency->code(), code);
    EXPECT_EQ(currency->decimals(), decimals) << code;
    EXPECT_EQ(currency->scale(), scale) << code;
  }
}

TEST(Currency, is_found_in_any_case_and_kept_in_capitals) {
  for (const std::string_view code : {"cad", "Cad", "cAD", "CAD"}) {
    ASSERT_TRUE(Currency::find(code)) << code;
    EXPECT_EQ(Currency::find(code)->code(), "CAD");
  }
}

TEST(Currency, that_is_not_money_in_use_is_unknown) {
  // Metals, units of account, funds, testing, currencies that have gone, and no codes at all.
  for (const std::string_view code :
       {"XAU", "XAG", "XPT", "XPD", "XDR", "XSU",  "XUA", "XAD", "XBA",       "XTS", "XXX", "BOV",
        "CHE", "CHW", "COU", "MXV", "USN", "UYI",  "ANG", "BGN", "HRK",       "CUC", "ZWL", "SLL",
        "DEM", "BTC", "",    "C",   "CA",  "CADX", "C D", "12A", "\xC3\x89U", "   "}) {
    EXPECT_FALSE(Currency::find(code)) << code;
  }
}

}  // namespace
}  // namespace pay
