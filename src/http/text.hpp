#pragma once

#include <algorithm>
#include <string_view>

namespace pay::http {

/// ASCII letters only, whatever the locale: header names, schemes and codings are compared so (RFC 9110).
inline bool equal_ignoring_case(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  for (std::size_t at = 0; at < left.size(); ++at) {
    if (left[at] != right[at] && lower(left[at]) != lower(right[at])) return false;
  }
  return true;
}

/// What methods and header names are made of (RFC 9110, section 5.6.2).
inline bool is_token_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

/// A control character other than a tab.
inline bool holds_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

}  // namespace pay::http
