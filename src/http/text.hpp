#pragma once

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

}  // namespace pay::http
