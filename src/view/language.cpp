#include "view/language.hpp"

#include <algorithm>

#include "view/header_text.hpp"

namespace pay::view {

namespace {

/// A q-value in thousandths (RFC 9110, section 12.4.2): `0.8` is 800. What is no q-value counts as 0.
int parse_weight(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = 1000 * (text[0] - '0');
  if (text.size() == 1) return weight;
  if (text[1] != '.' || text.size() > 5) return 0;
  int place = 100;
  for (const char c : text.substr(2)) {
    if (!is_digit(c)) return 0;
    weight += place * (c - '0');
    place /= 10;
  }
  return std::min(weight, 1000);
}

/// How much a language is wanted: by its weight, then by standing first. -1: it is not named.
struct Wish {
  int weight = -1;
  int position = 0;

  [[nodiscard]] bool is_better_than(const Wish& other) const {
    return weight != other.weight ? weight > other.weight : position < other.position;
  }
  void hear(Wish wish) {
    if (wish.weight > weight) *this = wish;
  }
};

}  // namespace

std::optional<Language> find_language(std::string_view tag) {
  if (tag == "en") return Language::english;
  if (tag == "fr") return Language::french;
  return std::nullopt;
}

Language preferred_language(std::string_view accept_language, Language otherwise) {
  Wish english;
  Wish french;
  Wish any;
  for (int position = 0; !accept_language.empty(); ++position) {
    std::string_view range = take_until(accept_language, ',');
    const std::string_view tag = take_until(range, ';');
    Wish wish{.weight = 1000, .position = position};
    if (!range.empty()) {
      const std::string_view name = take_until(range, '=');
      wish.weight = name == "q" || name == "Q" ? parse_weight(trim(range)) : 0;
    }
    const auto names = [tag](std::string_view language) {
      return tag.size() >= 2 && to_lower(tag[0]) == language[0] && to_lower(tag[1]) == language[1] &&
             (tag.size() == 2 || tag[2] == '-');
    };
    if (names("en")) english.hear(wish);
    if (names("fr")) french.hear(wish);
    if (tag == "*") any.hear(wish);
  }
  // `*` stands for every language that is not named (RFC 4647, section 2.3).
  if (english.weight < 0) english = any;
  if (french.weight < 0) french = any;
  if (english.weight <= 0 && french.weight <= 0) return otherwise;
  if (english.is_better_than(french)) return Language::english;
  if (french.is_better_than(english)) return Language::french;
  return otherwise;
}

}  // namespace pay::view
