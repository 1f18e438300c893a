// Numbers, brands, expiry dates and security codes of cards.
#include "model/card.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pay {
namespace {

TEST(Luhn, holds_for_numbers_with_a_right_check_digit) {
  for (const std::string_view digits : {"4242424242424242", "378282246310005", "30569309025904",
                                        "79927398713", "0", "18", "6200000000000005", "4000000000000002"}) {
    EXPECT_TRUE(passes_luhn(digits)) << digits;
  }
}

TEST(Luhn, fails_when_one_digit_is_wrong_or_two_are_swapped) {
  for (const std::string_view digits :
       {"4242424242424241", "9999999999999", "79927398710", "2442424242424242", "1", ""}) {
    EXPECT_FALSE(passes_luhn(digits)) << digits;
  }
}

struct BrandCase {
  std::string_view digits;
  Brand brand;
};

constexpr auto brand_cases = std::to_array<BrandCase>({
    {"4242424242424242", Brand::visa},
    {"4", Brand::visa},
    {"5105105105105100", Brand::mastercard},
    {"5555555555554444", Brand::mastercard},
    {"2221000000000009", Brand::mastercard},
    {"2223003122003222", Brand::mastercard},
    {"2720999999999996", Brand::mastercard},
    {"2220999999999999", Brand::unknown},
    {"2721000000000000", Brand::unknown},
    {"5000000000000000", Brand::unknown},
    {"5600000000000000", Brand::unknown},
    {"341111111111111", Brand::amex},
    {"378282246310005", Brand::amex},
    {"351111111111111", Brand::unknown},
    {"6011111111111117", Brand::discover},
    {"6440000000000000", Brand::discover},
    {"6500000000000000", Brand::discover},
    {"6430000000000000", Brand::unknown},
    {"30569309025904", Brand::diners},
    {"30600000000000", Brand::unknown},
    {"30950000000000", Brand::diners},
    {"36000000000000", Brand::diners},
    {"38000000000000", Brand::diners},
    {"3528000000000000", Brand::jcb},
    {"3566002020360505", Brand::jcb},
    {"3589000000000000", Brand::jcb},
    {"3527000000000000", Brand::unknown},
    {"3590000000000000", Brand::unknown},
    {"6200000000000005", Brand::unionpay},
    {"8100000000000000", Brand::unionpay},
    {"9999999999999", Brand::unknown},
    {"35", Brand::unknown},
    {"", Brand::unknown},
});

TEST(Brand, is_told_by_the_first_digits) {
  for (const auto& [digits, brand] : brand_cases) EXPECT_EQ(brand_of(digits), brand) << digits;
}

TEST(Brand, goes_by_its_public_name_and_back) {
  for (const auto brand : {Brand::unknown, Brand::visa, Brand::mastercard, Brand::amex, Brand::discover,
                           Brand::diners, Brand::jcb, Brand::unionpay}) {
    EXPECT_EQ(find_brand(name(brand)), brand) << name(brand);
  }
  EXPECT_EQ(name(Brand::visa), "visa");
  EXPECT_EQ(name(Brand::unionpay), "unionpay");
  EXPECT_FALSE(find_brand("Visa"));
  EXPECT_FALSE(find_brand(""));
}

struct ExpiryCase {
  std::string_view text;
  Expiry expiry;
};

constexpr auto expiries = std::to_array<ExpiryCase>({
    {"12/28", {2028, 12}},
    {"01/2030", {2030, 1}},
    {"2030-01", {2030, 1}},
    {"2030-01-05", {2030, 1}},
    {"13/28", {2028, 13}},
    {"00/28", {2028, 0}},
    {"2030-13", {2030, 13}},
    {"00/00", {2000, 0}},
});

TEST(Expiry, is_read_in_four_forms) {
  for (const auto& [text, expiry] : expiries) EXPECT_EQ(parse_expiry(text), expiry) << text;
}

TEST(Expiry, in_any_other_form_is_unreadable) {
  for (const std::string_view text : {"", "1/28", "12/2", "12/028", "12-28", "12 / 28", "2030/01", "2030-1",
                                      "2030-01-5", "2030-01-055", "30-01", " 12/28", "12/28 ", "1228",
                                      "ab/cd", "12/2x", "20a0-01", "2030-01-xx", "2030-01-05T00:00:00Z"}) {
    EXPECT_FALSE(parse_expiry(text)) << text;
  }
}

constexpr std::string_view ok = "ok";

std::string_view check(std::string_view number, std::string_view cvc, Expiry expiry, bool known = false) {
  using namespace std::chrono;
  const Timestamp now = sys_days{year{2026} / 6 / 30} + hours{23} + minutes{59} + seconds{59};
  const auto result = check_card(Card{Secret{number}, Secret{cvc}, expiry}, known, now);
  return result ? ok : name(result.error().code);
}

struct CheckCase {
  std::string_view number;
  std::string_view cvc;
  Expiry expiry;
  std::string_view result;
};

constexpr std::string_view visa = "4242424242424242";
constexpr std::string_view amex = "378282246310005";

constexpr auto checks = std::to_array<CheckCase>({
    {visa, "123", {2030, 1}, ok},
    // The number: 13 to 19 digits and Luhn.
    {"4242424242424241", "123", {2030, 1}, "incorrect_number"},
    {"424242424242", "123", {2030, 1}, "incorrect_number"},
    {"4222222222222", "123", {2030, 1}, ok},
    {"4000000000000000006", "123", {2030, 1}, ok},
    {"40000000000000000002", "123", {2030, 1}, "incorrect_number"},
    {"42424242424242424242424242424242424242", "123", {2030, 1}, "incorrect_number"},
    {"4242-4242-4242-4242", "123", {2030, 1}, "incorrect_number"},
    {"", "123", {2030, 1}, "incorrect_number"},
    {"9999999999999", "123", {2030, 1}, "incorrect_number"},
    // The expiry: good through the last day of its month, at most 50 years ahead.
    {visa, "123", {2026, 6}, ok},
    {visa, "123", {2026, 5}, "invalid_expiry_month"},
    {visa, "123", {2026, 13}, "invalid_expiry_month"},
    {visa, "123", {2030, 0}, "invalid_expiry_month"},
    {visa, "123", {2030, -1}, "invalid_expiry_month"},
    {visa, "123", {2025, 12}, "invalid_expiry_year"},
    {visa, "123", {2025, 13}, "invalid_expiry_month"},
    {visa, "123", {2000, 1}, "invalid_expiry_year"},
    {visa, "123", {2076, 12}, ok},
    {visa, "123", {2077, 1}, "invalid_expiry_year"},
    {visa, "123", {9999, 1}, "invalid_expiry_year"},
    // The security code: four digits on amex, three elsewhere.
    {visa, "1234", {2030, 1}, "invalid_cvc"},
    {visa, "12", {2030, 1}, "invalid_cvc"},
    {visa, "", {2030, 1}, "invalid_cvc"},
    {visa, "12a", {2030, 1}, "invalid_cvc"},
    {amex, "1234", {2030, 1}, ok},
    {amex, "123", {2030, 1}, "invalid_cvc"},
    // The first that applies is told.
    {"4242424242424241", "1", {2020, 13}, "incorrect_number"},
    {visa, "1", {2020, 13}, "invalid_expiry_month"},
    {visa, "1", {2020, 12}, "invalid_expiry_year"},
});

TEST(Card, is_checked_number_first_then_expiry_then_security_code) {
  for (const auto& [number, cvc, expiry, result] : checks) {
    EXPECT_EQ(check(number, cvc, expiry), result)
        << number << ' ' << cvc << ' ' << expiry.year << '-' << expiry.month;
  }
}

TEST(Card, whose_number_is_known_may_fail_luhn) {
  EXPECT_EQ(check("9999999999999", "123", {2030, 1}, true), ok);
  EXPECT_EQ(check("9999999999999", "1234", {2030, 1}, true), ok);
  EXPECT_EQ(check("9999999999999", "12", {2030, 1}, true), "invalid_cvc");
  EXPECT_EQ(check("9999999999999", "12345", {2030, 1}, true), "invalid_cvc");
  EXPECT_EQ(check("9999999999999", "123", {2020, 1}, true), "invalid_expiry_year");
}

}  // namespace
}  // namespace pay
