#include "view/fields.hpp"

#include <algorithm>

#include "model/card.hpp"

namespace pay::view {

Text to_text(Sentence sentence) {
  return {.en = std::string(sentence.en), .fr = std::string(sentence.fr)};
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
