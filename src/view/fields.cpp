#include "view/fields.hpp"

#include <algorithm>

#include "model/card.hpp"
#include "view/header_text.hpp"

namespace pay::view {

namespace {

constexpr std::size_t longest_card_number = 19;  // ISO/IEC 7812-1

std::string_view digits_at(std::string_view text, std::size_t at) {
  return text.substr(at, text.find_first_not_of("0123456789", at) - at);
}

bool is_network_card_number(std::string_view digits) {
  return brand_of(digits) != Brand::unknown && holds_card_number(digits);
}

/// From `first` on stand groups of three to six digits with hyphens between them, as cards are printed, that
/// make a card number.
bool begins_with_printed_number(std::string_view key, std::size_t first) {
  std::string digits;
  for (auto at = first; at < key.size() && digits.size() < longest_card_number;) {
    const std::string_view group = digits_at(key, at);
    if (group.size() < 3 || group.size() > 6) return false;
    digits += group;
    if (is_network_card_number(digits)) return true;
    at += group.size() + 1;
    if (at <= key.size() && key[at - 1] != '-') return false;
  }
  return false;
}

}  // namespace

Text to_text(Sentence sentence) {
  return {.en = std::string(sentence.en), .fr = std::string(sentence.fr)};
}

bool holds_printed_card_number(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at])) continue;
    const std::string_view group = digits_at(text, at);
    if (is_network_card_number(group) || begins_with_printed_number(text, at)) return true;
    at += group.size();
  }
  return false;
}

bool is_visible(char c) {
  return c > ' ' && c < '\x7F';
}

std::size_t length(std::string_view text) {
  // Every code point has one byte that is not a continuation byte (10xxxxxx).
  return std::size_t(std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::optional<std::string_view> number_text(const Node& node) {
  if (node.kind == Node::Kind::number || node.kind == Node::Kind::string) return node.text;
  return std::nullopt;
}

std::string read_text(const Json& json, std::string_view field, Complaints& complaints) {
  const Node* node = json.find(field);
  if (node == nullptr) return {};
  if (node->kind != Node::Kind::string) {
    complaints.add(field, not_a_text);
  } else if (length(node->text) > max_text_length) {
    complaints.add(field, text_too_long);
  } else if (holds_card_number(node->text)) {
    complaints.add(field, card_number_in_text);
  } else {
    return std::string(node->text);
  }
  return {};
}

std::optional<Decimal> read_amount(const Json& json, std::string_view field, Complaints& complaints) {
  const Node* node = json.find(field);
  if (node == nullptr) return std::nullopt;
  const auto text = number_text(*node);
  const auto amount = text ? Decimal::parse(*text) : std::nullopt;
  if (!amount) {
    complaints.add(field, {"must be a number, as in 59.5", "doit être un nombre, comme 59.5"});
  } else if (*amount <= Decimal{}) {
    complaints.add(field, not_positive);
  }
  return amount;
}

}  // namespace pay::view
