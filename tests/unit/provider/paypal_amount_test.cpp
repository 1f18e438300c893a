// PayPal's decimal amounts, against its own list of currencies.
#include "provider/paypal/amount.hpp"

#include <gtest/gtest.h>

#include "unit/provider/paypal_samples.hpp"

namespace pay::paypal {
namespace {

using test::currency;

struct Case {
  std::string_view currency;
  std::int64_t minor;
  std::optional<std::string> text;
};

TEST(PayPalAmount, is_decimal_text_by_paypals_own_decimals) {
  const Case cases[] = {
      {"CAD", 1, "0.01"},          {"CAD", 1050, "10.50"},    {"USD", 999'999'999'999, "9999999999.99"},
      {"JPY", 500, "500"},         {"HUF", 50'000, "500"},    {"HUF", 50'050, std::nullopt},
      {"TWD", 100, "1"},           {"TWD", 99, std::nullopt}, {"BHD", 1000, std::nullopt},
      {"KRW", 1000, std::nullopt}, {"CAD", 0, std::nullopt},
  };
  for (const auto& [code, minor, text] : cases)
    EXPECT_EQ(amount_text(minor, currency(code)), text) << code << ' ' << minor;
}

TEST(PayPalAmount, is_the_same_however_many_zeros_follow) {
  EXPECT_TRUE(says_amount("10.5", 1050, currency("CAD")));
  EXPECT_TRUE(says_amount("10.50", 1050, currency("CAD")));
  EXPECT_TRUE(says_amount("500", 50'000, currency("HUF")));
  EXPECT_FALSE(says_amount("10.51", 1050, currency("CAD")));
  EXPECT_FALSE(says_amount("1050", 1050, currency("CAD")));
  EXPECT_FALSE(says_amount("", 1050, currency("CAD")));
  EXPECT_FALSE(says_amount("10,50", 1050, currency("CAD")));
}

}  // namespace
}  // namespace pay::paypal
