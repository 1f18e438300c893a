// From the text a client wrote to minor units and back, without a floating point number anywhere.
#include "model/money.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace pay {
namespace {

struct ParseCase {
  std::string_view text;
  std::int64_t units;
  std::int32_t billionths = 0;
  bool inexact = false;
};

constexpr auto numbers = std::to_array<ParseCase>({
    {"0", 0},
    {"-0", 0},
    {"-0.000", 0},
    {"0.0", 0},
    {"7", 7},
    {"99.53", 99, 530'000'000},
    {"3999.98", 3999, 980'000'000},
    {"21999.890000000003", 21999, 890'000'000, true},
    {"1e2", 100},
    {"1E+2", 100},
    {"1e02", 100},
    {"12.5e-1", 1, 250'000'000},
    {"0.00125e3", 1, 250'000'000},
    {"0e999999999999999999999", 0},
    {"1e-9", 0, 1},
    {"1e-10", 0, 0, true},
    {"1e-400", 0, 0, true},
    {"1e-99999999999999999999", 0, 0, true},
    {"0.1234567890000", 0, 123'456'789},
    {"999999999999.999999999", 999'999'999'999, 999'999'999},
    {"1000000000000", Decimal::too_large},
    {"1e12", Decimal::too_large},
    {"1e400", Decimal::too_large},
    {"1e99999999999999999999", Decimal::too_large},
    {"123456789012345678901234567890", Decimal::too_large},
    {"-5", -1},
    {"-0.01", -1},
    {"-1e-400", -1},
    {"-1e400", -1},
});

TEST(Decimal, is_read_exactly) {
  for (const auto& [text, units, billionths, inexact] : numbers) {
    const auto number = Decimal::parse(text);
    ASSERT_TRUE(number) << text;
    EXPECT_EQ(number->units, units) << text;
    EXPECT_EQ(number->billionths, billionths) << text;
    EXPECT_EQ(number->inexact, inexact) << text;
  }
}

TEST(Decimal, that_is_no_json_number_is_refused) {
  for (const std::string_view text :
       {"",    "-",   "+5",       "5.",    ".5",    "-.5",  "05",    "00",    "-01", "1e",
        "1e+", "1e-", "e5",       "1.e5",  "1e5.0", "0x10", "1,5",   "1 000", " 5",  "5 ",
        "5\n", "NaN", "Infinity", "1_000", "--5",   "٣",    "1.2.3", "1ee5"}) {
    EXPECT_FALSE(Decimal::parse(text)) << text;
  }
  EXPECT_FALSE(Decimal::parse(std::string_view("5\0", 2)));
}

struct AmountCase {
  std::string_view text;
  std::string_view currency;
  std::int64_t minor;
};

constexpr auto amounts = std::to_array<AmountCase>({
    {"99.53", "CAD", 9953},
    {"3999.98", "CAD", 399998},
    {"500", "CAD", 50000},
    {"0.01", "CAD", 1},
    {"1e2", "CAD", 10000},
    {"1E+2", "CAD", 10000},
    {"59.50", "CAD", 5950},
    // Noise of sums of doubles.
    {"21999.890000000003", "CAD", 2199989},
    {"0.30000000000000004", "CAD", 30},
    {"0.7999999999999999", "CAD", 80},
    {"99.5300001", "CAD", 9953},
    {"99.530001", "CAD", 9953},
    {"99.529999", "CAD", 9953},
    {"99.999999", "CAD", 10000},
    {"0.009999", "CAD", 1},
    {"4.999999", "JPY", 5},
    {"1.2340004", "KWD", 1234},
    {"1.23450001", "CLF", 12345},
    // The limits.
    {"9999999999.99", "CAD", 999'999'999'999},
    {"9999999999.990000001", "CAD", 999'999'999'999},
    {"9999999999", "JPY", 9'999'999'999},
    {"9999999999.99", "KWD", 9'999'999'999'990},
    {"9999999999.99", "CLF", 99'999'999'999'900},
    {"1", "JPY", 1},
    {"0.001", "KWD", 1},
    {"0.0001", "UYW", 1},
});

TEST(Amount, becomes_minor_units_of_its_currency) {
  for (const auto& [text, code, minor] : amounts) {
    const auto result = to_minor(*Decimal::parse(text), *Currency::find(code));
    ASSERT_TRUE(result) << text << ' ' << code << ": " << result.error().en;
    EXPECT_EQ(*result, minor) << text << ' ' << code;
  }
}

struct RefusedCase {
  std::string_view text;
  std::string_view currency;
  std::string_view en;
  std::string_view fr;
};

constexpr auto refused = std::to_array<RefusedCase>({
    {"0", "CAD", "must be at least 0.01 CAD", "doit être d'au moins 0.01 CAD"},
    {"-0", "CAD", "must be at least 0.01 CAD", "doit être d'au moins 0.01 CAD"},
    {"-5", "CAD", "must be at least 0.01 CAD", "doit être d'au moins 0.01 CAD"},
    {"1e-400", "CAD", "must be at least 0.01 CAD", "doit être d'au moins 0.01 CAD"},
    {"0.000001", "CAD", "must be at least 0.01 CAD", "doit être d'au moins 0.01 CAD"},
    {"0", "JPY", "must be at least 1 JPY", "doit être d'au moins 1 JPY"},
    {"0.005", "CAD", "CAD has 2 decimals, no more", "CAD a 2 décimales, pas plus"},
    {"99.530002", "CAD", "CAD has 2 decimals, no more", "CAD a 2 décimales, pas plus"},
    {"99.5300010000000001", "CAD", "CAD has 2 decimals, no more", "CAD a 2 décimales, pas plus"},
    {"99.529998", "CAD", "CAD has 2 decimals, no more", "CAD a 2 décimales, pas plus"},
    {"99.535", "CAD", "CAD has 2 decimals, no more", "CAD a 2 décimales, pas plus"},
    {"0.5", "JPY", "JPY has 0 decimals, no more", "JPY a 0 décimales, pas plus"},
    {"1.2345", "KWD", "KWD has 3 decimals, no more", "KWD a 3 décimales, pas plus"},
    {"1.23455", "CLF", "CLF has 4 decimals, no more", "CLF a 4 décimales, pas plus"},
    {"10000000000", "CAD", "must be at most 9999999999.99 CAD", "doit être d'au plus 9999999999.99 CAD"},
    {"9999999999.995", "CAD", "CAD has 2 decimals, no more", "CAD a 2 décimales, pas plus"},
    {"9999999999.9999999", "CAD", "must be at most 9999999999.99 CAD",
     "doit être d'au plus 9999999999.99 CAD"},
    {"1e400", "CAD", "must be at most 9999999999.99 CAD", "doit être d'au plus 9999999999.99 CAD"},
    {"9999999999.991", "KWD", "must be at most 9999999999.99 KWD", "doit être d'au plus 9999999999.99 KWD"},
    {"10000000000", "JPY", "must be at most 9999999999 JPY", "doit être d'au plus 9999999999 JPY"},
});

TEST(Amount, outside_of_what_its_currency_can_say_is_refused_in_two_languages) {
  for (const auto& [text, code, en, fr] : refused) {
    const auto result = to_minor(*Decimal::parse(text), *Currency::find(code));
    ASSERT_FALSE(result) << text << ' ' << code << " gave " << *result;
    EXPECT_EQ(result.error().en, en) << text;
    EXPECT_EQ(result.error().fr, fr) << text;
  }
}

struct TextCase {
  std::int64_t minor;
  std::string_view currency;
  std::string_view text;
};

constexpr auto texts = std::to_array<TextCase>({
    {199999, "CAD", "1999.99"},
    {5950, "CAD", "59.5"},
    {50000, "CAD", "500"},
    {1, "CAD", "0.01"},
    {10, "CAD", "0.1"},
    {0, "CAD", "0"},
    {-5950, "CAD", "-59.5"},
    {-1, "CAD", "-0.01"},
    {500, "JPY", "500"},
    {1, "KWD", "0.001"},
    {1230, "KWD", "1.23"},
    {12345, "CLF", "1.2345"},
    {999'999'999'999, "CAD", "9999999999.99"},
    {INT64_MIN, "JPY", "-9223372036854775808"},
    {INT64_MAX, "CAD", "92233720368547758.07"},
});

TEST(Amount, is_written_in_its_shortest_form) {
  for (const auto& [minor, code, text] : texts) {
    EXPECT_EQ(to_decimal_text(minor, *Currency::find(code)), text);
  }
}

TEST(Amount, is_appended_to_what_is_there) {
  std::string out = "total ";
  append_decimal(out, 100, *Currency::find("CAD"));
  EXPECT_EQ(out, "total 1");
}

TEST(Amount, written_and_read_again_is_the_same) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  for (const std::string_view code : {"JPY", "CAD", "KWD", "CLF"}) {
    const auto currency = *Currency::find(code);
    std::uniform_int_distribution<std::int64_t> minors(1, max_amount_units * currency.scale());
    for (int i = 0; i < 2000; ++i) {
      const auto minor = minors(random);
      const auto text = to_decimal_text(minor, currency);
      ASSERT_EQ(to_minor(Decimal::parse(text).value(), currency).value(), minor) << text << ' ' << code;
    }
  }
}

}  // namespace
}  // namespace pay
