#include "model/card.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "model/names.hpp"

namespace pay {
namespace {

using namespace std::string_view_literals;

constexpr Names brands{
    Brand::paypal, std::to_array({"unknown"sv, "visa"sv, "mastercard"sv, "amex"sv, "discover"sv, "diners"sv,
                                  "jcb"sv, "unionpay"sv, "apple_pay"sv, "google_pay"sv, "paypal"sv})};

/// Numbers whose first digits lie in a range, both ends included, belong to the brand.
struct IssuerRange {
  std::string_view first;
  std::string_view last;
  Brand brand;
};
constexpr auto issuer_ranges = std::to_array<IssuerRange>({
    {"4", "4", Brand::visa},
    {"51", "55", Brand::mastercard},
    {"2221", "2720", Brand::mastercard},
    {"34", "34", Brand::amex},
    {"37", "37", Brand::amex},
    {"6011", "6011", Brand::discover},
    {"644", "659", Brand::discover},
    {"300", "305", Brand::diners},
    {"3095", "3095", Brand::diners},
    {"36", "36", Brand::diners},
    {"38", "39", Brand::diners},
    {"3528", "3589", Brand::jcb},
    {"62", "62", Brand::unionpay},
    {"81", "81", Brand::unionpay},
});

constexpr std::size_t shortest_number = 13;
constexpr std::size_t longest_number = 19;  // ISO/IEC 7812-1

/// No issuer prints a year so far away; it is a typing error.
constexpr int longest_validity_years = 50;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_separator(char c) {
  return c == ' ' || c == '-' || (c >= '\t' && c <= '\r');
}

/// The Luhn sum, fed from the last digit to the first.
class LuhnSum {
 public:
  void add(char digit) {
    const int value = digit - '0';
    sum_ += count_++ % 2 == 0 ? value : 2 * value - (value > 4 ? 9 : 0);
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] bool passes() const { return count_ > 0 && sum_ % 10 == 0; }

 private:
  int sum_ = 0;
  std::size_t count_ = 0;
};

/// The text ends with a card number: the last groups of digits, taken whole, make one.
bool ends_with_card_number(std::string_view text) {
  LuhnSum luhn;
  for (auto at = text.size(); at-- > 0;) {
    if (is_separator(text[at])) continue;
    if (!is_digit(text[at]) || luhn.count() == longest_number) return false;
    luhn.add(text[at]);
    const bool begins_group = at == 0 || !is_digit(text[at - 1]);
    if (begins_group && luhn.count() >= shortest_number && luhn.passes()) return true;
  }
  return false;
}

bool is_card_number(std::string_view number) {
  return number.size() >= shortest_number && number.size() <= longest_number &&
         std::ranges::all_of(number, is_digit) && passes_luhn(number);
}

bool fits_cvc(std::string_view cvc, Brand brand) {
  if (!std::ranges::all_of(cvc, is_digit)) return false;
  if (brand == Brand::unknown) return cvc.size() == 3 || cvc.size() == 4;
  return cvc.size() == (brand == Brand::amex ? 4U : 3U);
}

/// True when `text` has the shape of `form`, in which 9 stands for any digit.
bool has_form(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form,
                            [](char c, char wanted) { return wanted == '9' ? is_digit(c) : c == wanted; });
}

int to_int(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

std::string_view name(Brand brand) {
  return brands.of(brand);
}
std::optional<Brand> find_brand(std::string_view name) {
  return brands.find(name);
}

Brand brand_of(std::string_view digits) {
  for (const auto& [first, last, brand] : issuer_ranges) {
    const auto prefix = digits.substr(0, first.size());
    if (prefix.size() == first.size() && first <= prefix && prefix <= last) return brand;
  }
  return Brand::unknown;
}

bool passes_luhn(std::string_view digits) {
  LuhnSum luhn;
  for (auto at = digits.size(); at-- > 0;) luhn.add(digits[at]);
  return luhn.passes();
}

bool holds_card_number(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool ends_group = is_digit(text[at]) && (at + 1 == text.size() || !is_digit(text[at + 1]));
    if (ends_group && ends_with_card_number(text.substr(0, at + 1))) return true;
  }
  return false;
}

std::optional<Expiry> parse_expiry(std::string_view text) {
  if (has_form(text, "99/99")) return Expiry{2000 + to_int(text.substr(3)), to_int(text.substr(0, 2))};
  if (has_form(text, "99/9999")) return Expiry{to_int(text.substr(3)), to_int(text.substr(0, 2))};
  if (has_form(text, "9999-99") || has_form(text, "9999-99-99")) {
    return Expiry{to_int(text.substr(0, 4)), to_int(text.substr(5, 2))};
  }
  return {};
}

Result<void> check_card(const Card& card, bool number_is_known, Timestamp now) {
  const auto number = card.number.reveal();
  if (!number_is_known && !is_card_number(number)) return fail(ErrorCode::incorrect_number);

  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  const int this_year = int(today.year());
  const auto [year, month] = card.expiry;
  if (month < 1 || month > 12) return fail(ErrorCode::invalid_expiry_month);
  if (year < this_year || year > this_year + longest_validity_years) {
    return fail(ErrorCode::invalid_expiry_year);
  }
  if (year == this_year && month < static_cast<int>(unsigned(today.month()))) {
    return fail(ErrorCode::invalid_expiry_month);
  }

  if (!fits_cvc(card.cvc.reveal(), brand_of(number))) return fail(ErrorCode::invalid_cvc);
  return {};
}

}  // namespace pay
