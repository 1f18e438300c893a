#include "provider/stripe/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>

#include "provider/stripe/requests.hpp"

namespace pay::stripe {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_word = 64;
constexpr std::size_t longest_url = 2048;

std::string_view metadata_of(const json::object& object, std::string_view name) {
  const auto* const metadata = object_of(object, "metadata");
  return metadata == nullptr ? std::string_view{} : text_of(*metadata, name);
}

MethodType type_of(std::string_view funding) {
  if (funding == "debit") return MethodType::debit_card;
  if (funding == "prepaid") return MethodType::prepaid_card;
  return MethodType::credit_card;
}

/// 0 for what is no month and no year.
int small(std::optional<std::int64_t> number) {
  return number && *number > 0 && *number < 10'000 ? static_cast<int>(*number) : 0;
}

}  // namespace

std::optional<json::object> read_object(std::string_view body) {
  boost::system::error_code why;
  auto value = json::parse(body, why);
  if (why || !value.is_object()) return {};
  return std::move(value.get_object());
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  const auto* const text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{} : std::string_view(text->data(), text->size());
}

std::optional<std::int64_t> number_of(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  const auto* const number = value == nullptr ? nullptr : value->if_int64();
  if (number == nullptr) return {};
  return *number;
}

const json::object* object_of(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

bool is_of_attempt(const json::object& object, const Attempt& attempt) {
  return metadata_of(object, attempt_name) == provider_key(attempt);
}

bool is_of_payment(const json::object& object, PaymentId payment) {
  return metadata_of(object, payment_id_name) == fmt::to_string(payment.value);
}

std::string_view as_word(std::string_view text) {
  const auto is_word_char = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool is_word =
      !text.empty() && text.size() <= longest_word && std::ranges::all_of(text, is_word_char);
  return is_word ? text : "?";
}

bool is_page(std::string_view url) {
  const auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
  return (url.starts_with("https://") || url.starts_with("http://")) && url.size() <= longest_url &&
         std::ranges::all_of(url, is_visible);
}

std::optional<PaymentMethod> method_of_charge(const json::object& charge) {
  const auto* const details = object_of(charge, "payment_method_details");
  const auto* const card = details == nullptr ? nullptr : object_of(*details, "card");
  if (card == nullptr) return {};
  PaymentMethod method{
      .type = type_of(text_of(*card, "funding")),
      .brand = find_brand(text_of(*card, "brand")).value_or(Brand::unknown),
      .last4 = std::string(text_of(*card, "last4")),
      .expiry = {.year = small(number_of(*card, "exp_year")), .month = small(number_of(*card, "exp_month"))}};
  // Never more than four digits, whatever the answer calls them.
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (method.last4.size() != 4 || !std::ranges::all_of(method.last4, is_digit)) method.last4.clear();

  const auto* const wallet = object_of(*card, "wallet");
  const auto brand = wallet == nullptr ? std::nullopt : find_brand(text_of(*wallet, "type"));
  if (brand == Brand::apple_pay || brand == Brand::google_pay) {
    method.type = MethodType::wallet;
    method.brand = *brand;
  }
  return method;
}

}  // namespace pay::stripe
