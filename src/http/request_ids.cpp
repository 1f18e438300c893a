#include "http/request_ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <random>

namespace pay::http {

RequestIds::RequestIds() {
  std::random_device random;
  prefix_ = fmt::format("{:08x}{:08x}-", random(), random());
}

void RequestIds::make(std::string& out) {
  char digits[16];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), ++last_, 16).ptr;
  out.assign(prefix_);
  out.append(digits, end);
}

bool is_sane_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == ':' || c == '-';
  });
}

}  // namespace pay::http
