#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "model/money.hpp"
#include "view/json_reader.hpp"

namespace pay::view {

/// A message in both languages, as it stands in the code.
struct Sentence {
  std::string_view en;
  std::string_view fr;
};
Text to_text(Sentence sentence);

/// What is wrong with a request, field by field, so that a client hears of everything at once. Messages
/// follow a field's name: `must be …`.
class Complaints {
 public:
  /// An answer must not grow with the request: `metadata` may hold thousands of wrong pairs.
  static constexpr std::size_t max_fields = 100;

  void add(std::string_view field, Sentence message) {
    if (fields_.size() < max_fields) fields_.push_back({std::string(field), to_text(message)});
  }

  [[nodiscard]] bool empty() const { return fields_.empty(); }
  /// `invalid_request`. An empty detail lets the response make one of the fields.
  [[nodiscard]] Error error(Text detail = {}) && {
    return {.code = ErrorCode::invalid_request, .detail = std::move(detail), .fields = std::move(fields_)};
  }

 private:
  std::vector<FieldError> fields_;
};

inline constexpr Sentence required_field{"is required", "est obligatoire"};
inline constexpr Sentence bad_id{"must be a whole number from 1 to 9007199254740991",
                                 "doit être un nombre entier de 1 à 9007199254740991"};
inline constexpr Sentence not_positive{"must be more than zero", "doit être supérieur à zéro"};
inline constexpr Sentence not_a_text{"must be a text", "doit être un texte"};
inline constexpr Sentence text_too_long{"must be at most 500 characters long",
                                        "doit compter au plus 500 caractères"};
inline constexpr Sentence card_number_in_text{"must not hold a card number",
                                              "ne doit pas contenir de numéro de carte"};

/// Limits of free texts, in Unicode code points.
inline constexpr std::size_t max_text_length = 500;

/// Whether a text that is made of numbers, as keys and addresses are, holds a card number: in one piece or in
/// groups with hyphens between them, and of a network. Stricter than `holds_card_number`, because many end
/// with a time in milliseconds, 13 digits of which every tenth passes Luhn.
bool holds_printed_card_number(std::string_view text);

/// A space or a control character is not, nor is what lies beyond ASCII.
bool is_visible(char c);

/// Code points of a UTF-8 text.
std::size_t length(std::string_view text);

/// The text of a number or a string, which both may carry an id or an amount. Nothing for any other kind.
std::optional<std::string_view> number_text(const Node& node);

/// An optional free text of at most `max_text_length`, without a card number in it. Empty when absent.
std::string read_text(const Json& json, std::string_view field, Complaints& complaints);

/// An optional amount that is more than zero. Its upper limit and its decimals depend on the payment.
std::optional<Decimal> read_amount(const Json& json, std::string_view field, Complaints& complaints);

}  // namespace pay::view
