#include "provider/paypal/json.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>

namespace pay::paypal {

std::optional<boost::json::object> read_object(std::string_view text) {
  boost::json::error_code error;
  auto document = boost::json::parse(text, error);
  if (error || !document.is_object()) return std::nullopt;
  return std::move(document.get_object());
}

std::string_view text_of(const boost::json::object& object, std::string_view key) {
  const auto* const value = object.if_contains(key);
  const auto* const text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? std::string_view{text->data(), text->size()} : std::string_view{};
}

const boost::json::object* object_of(const boost::json::object& object, std::string_view key) {
  const auto* const value = object.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

const boost::json::object* first_of(const boost::json::object& object, std::string_view key) {
  const auto* const value = object.if_contains(key);
  const auto* const list = value != nullptr ? value->if_array() : nullptr;
  return list != nullptr && !list->empty() ? list->front().if_object() : nullptr;
}

bool is_name(std::string_view text) {
  constexpr std::size_t longest = 64;
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= longest && std::ranges::all_of(text, fits);
}

}  // namespace pay::paypal
