#include "http/message.hpp"

#include <algorithm>

#include "http/text.hpp"

namespace pay::http {
namespace {

constexpr int not_hex = -1;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return not_hex;
}

std::string decode_parameter(std::string_view raw) {
  std::string text(raw);
  std::ranges::replace(text, '+', ' ');
  auto decoded = percent_decode(text);
  return decoded ? std::move(*decoded) : std::string(raw);
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& field : headers) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t Request::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers, [name](const Header& field) { return equal_ignoring_case(field.name, name); }));
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[at + 1]);
    const int low = hex_value(text[at + 2]);
    if (high == not_hex || low == not_hex) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = pair.substr(std::min(equals + 1, pair.size()));
    parameters.emplace_back(decode_parameter(pair.substr(0, equals)), decode_parameter(value));
  }
  return parameters;
}

}  // namespace pay::http
