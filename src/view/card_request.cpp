#include "view/card_request.hpp"

#include <string.h>

#include <array>
#include <charconv>
#include <string>

namespace pay::view {

namespace {

constexpr Sentence bad_number{"must be a card number: digits, blanks and hyphens",
                              "doit être un numéro de carte : chiffres, espaces et traits d'union"};
constexpr Sentence bad_cvc{"must be the digits of the security code",
                           "doit être les chiffres du code de sécurité"};
constexpr Sentence bad_expiry{"must be a date as MM/YY, MM/YYYY, YYYY-MM or YYYY-MM-DD",
                              "doit être une date au format MM/AA, MM/AAAA, AAAA-MM ou AAAA-MM-JJ"};
constexpr Sentence bad_month{"must be a month, 1 to 12", "doit être un mois, de 1 à 12"};
constexpr Sentence bad_year{"must be a year of two or four digits",
                            "doit être une année de deux ou quatre chiffres"};

/// A field of a card and the name by which the client wrote it.
struct CardField {
  const Node* node;
  std::string name;
};

enum class Separators : bool { refused, ignored };

/// The digits of a number or a string; nothing when anything else stands in it. Digits beyond a Secret's
/// capacity are dropped: a number of 32 digits is as wrong as a longer one.
std::optional<Secret> find_digits(const Node& node, Separators separators) {
  const auto text = number_text(node);
  if (!text) return std::nullopt;
  std::array<char, Secret::capacity> digits{};
  std::size_t count = 0;
  bool readable = true;
  for (const char c : *text) {
    if (c >= '0' && c <= '9') {
      if (count < digits.size()) digits[count++] = c;
    } else if (node.kind == Node::Kind::number || separators == Separators::refused ||
               (c != ' ' && c != '-')) {
      readable = false;
    }
  }
  std::optional<Secret> secret;
  if (readable && count > 0) secret.emplace(std::string_view(digits.data(), count));
  ::explicit_bzero(digits.data(), digits.size());
  return secret;
}

Secret read_digits(const CardField& field, Separators separators, Sentence otherwise,
                   Complaints& complaints) {
  if (field.node == nullptr) {
    complaints.add(field.name, required_field);
    return {};
  }
  auto digits = find_digits(*field.node, separators);
  if (!digits) {
    complaints.add(field.name, otherwise);
    return {};
  }
  return std::move(*digits);
}

Expiry read_expiry_date(const CardField& field, Complaints& complaints) {
  if (field.node == nullptr) {
    complaints.add(field.name, required_field);
    return {};
  }
  const auto expiry = field.node->kind == Node::Kind::string ? parse_expiry(field.node->text) : std::nullopt;
  if (!expiry) complaints.add(field.name, bad_expiry);
  return expiry.value_or(Expiry{});
}

/// A number of at most four digits, as a month or a year is one. Nothing, with a complaint, otherwise.
std::optional<int> read_small_number(const CardField& field, Sentence otherwise, Complaints& complaints) {
  if (field.node == nullptr) {
    complaints.add(field.name, required_field);
    return std::nullopt;
  }
  const std::string_view text = number_text(*field.node).value_or("");
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || text.starts_with('-') ||
      text.size() > 4) {
    complaints.add(field.name, otherwise);
    return std::nullopt;
  }
  return value;
}

Expiry read_expiry_numbers(const CardField& month_field, const CardField& year_field,
                           Complaints& complaints) {
  const auto month = read_small_number(month_field, bad_month, complaints);
  auto year = read_small_number(year_field, bad_year, complaints);
  // A month 13 is well-formed: it is for `check_card` to refuse.
  if (month && *month > 99) complaints.add(month_field.name, bad_month);
  if (year && *year < 100) {
    *year += 2000;
  } else if (year && *year < 1000) {
    complaints.add(year_field.name, bad_year);
  }
  return {.year = year.value_or(0), .month = month.value_or(0)};
}

}  // namespace

Card read_flat_card(const Json& json, Complaints& complaints) {
  const auto field = [&](const char* name) { return CardField{json.find(name), name}; };
  return {.number = read_digits(field("cardNumber"), Separators::ignored, bad_number, complaints),
          .cvc = read_digits(field("cardCode"), Separators::refused, bad_cvc, complaints),
          .expiry = read_expiry_date(field("expirationDate"), complaints)};
}

Card read_card_object(const Node& method, Complaints& complaints) {
  const auto field = [&](const char* name) {
    return CardField{method.find(name), std::string("payment_method.") + name};
  };
  return {.number = read_digits(field("number"), Separators::ignored, bad_number, complaints),
          .cvc = read_digits(field("cvc"), Separators::refused, bad_cvc, complaints),
          .expiry = read_expiry_numbers(field("exp_month"), field("exp_year"), complaints)};
}

}  // namespace pay::view
