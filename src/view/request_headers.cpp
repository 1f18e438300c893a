#include <algorithm>
#include <string>

#include "view/fields.hpp"
#include "view/header_text.hpp"
#include "view/requests.hpp"

namespace pay::view {

namespace {

constexpr std::size_t max_key_length = 255;

constexpr Sentence bad_key{
    "An Idempotency-Key is 1 to 255 visible ASCII characters, bare or in quotes.",
    "Un Idempotency-Key compte de 1 à 255 caractères ASCII visibles, nus ou entre guillemets."};
constexpr Sentence card_number_in_key{"An Idempotency-Key must not hold a card number.",
                                      "Un Idempotency-Key ne doit pas contenir de numéro de carte."};

/// RFC 8941, section 3.3.3: `"` and `\` are escaped by `\`, nothing else is. Nothing when it is not one.
std::optional<std::string> unquote(std::string_view text) {
  if (text.size() < 2 || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string plain;
  bool escaped = false;
  for (const char c : text) {
    if (escaped ? c != '"' && c != '\\' : c == '"') return std::nullopt;
    escaped = !escaped && c == '\\';
    if (!escaped) plain += c;
  }
  if (escaped) return std::nullopt;
  return plain;
}

/// A UUID (RFC 9562) or a digest: 32 and more hexadecimal digits, a letter among them, hyphens aside. Their
/// digits are random, and a key must not be refused once in thousands of times.
bool is_random_token(std::string_view key) {
  const auto is_letter = [](char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'f'; };
  const auto is_of_token = [&](char c) { return c == '-' || is_digit(c) || is_letter(c); };
  const auto hyphens = std::ranges::count(key, '-');
  return std::ranges::ssize(key) - hyphens >= 32 && std::ranges::any_of(key, is_letter) &&
         std::ranges::all_of(key, is_of_token);
}

}  // namespace

bool is_json(std::string_view content_type) {
  const std::string_view media_type = take_until(content_type, ';');
  const bool suffixed = media_type.size() > 17 &&
                        equal_in_any_case(media_type.substr(0, 12), "application/") &&
                        equal_in_any_case(media_type.substr(media_type.size() - 5), "+json");
  if (!suffixed && !equal_in_any_case(media_type, "application/json")) return false;
  while (!content_type.empty()) {
    std::string_view value = take_until(content_type, ';');
    const std::string_view parameter = take_until(value, '=');
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    if (equal_in_any_case(parameter, "charset") && !equal_in_any_case(value, "utf-8") &&
        !equal_in_any_case(value, "utf8")) {
      return false;
    }
  }
  return true;
}

Result<std::string> read_idempotency_key(std::string_view header) {
  header = trim(header);
  const auto key = header.starts_with('"') ? unquote(header) : std::optional<std::string>(header);
  if (!key || key->empty() || key->size() > max_key_length || !std::ranges::all_of(*key, is_visible)) {
    return fail(ErrorCode::invalid_idempotency_key, to_text(bad_key));
  }
  if (!is_random_token(*key) && holds_printed_card_number(*key)) {
    return fail(ErrorCode::invalid_idempotency_key, to_text(card_number_in_key));
  }
  return *key;
}

std::optional<std::string_view> read_api_key(std::optional<std::string_view> x_api_key,
                                             std::optional<std::string_view> authorization) {
  // A gateway that has none to pass on may still send the header.
  const auto if_any = [](std::string_view key) { return key.empty() ? std::nullopt : std::optional(key); };
  if (const auto key = if_any(trim(x_api_key.value_or("")))) return key;
  std::string_view credentials = trim(authorization.value_or(""));
  const std::string_view scheme = take_until(credentials, ' ');
  return equal_in_any_case(scheme, "bearer") ? if_any(trim(credentials)) : std::nullopt;
}

}  // namespace pay::view
