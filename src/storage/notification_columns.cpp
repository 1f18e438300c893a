#include "storage/notification_columns.hpp"

#include <algorithm>

namespace pay::columns {
namespace {

constexpr std::size_t longest_error = 200;

}  // namespace

std::string error_text(std::string_view reason) {
  std::string text(reason.substr(0, longest_error));
  std::ranges::replace_if(text, [](char letter) { return letter < ' ' || letter > '~'; }, '?');
  return text;
}

KeyHash to_key_hash(std::string_view bytes) {
  KeyHash hash{};
  if (bytes.size() != hash.size()) refuse("hash", "of another length");
  std::ranges::transform(bytes, hash.begin(), [](char byte) { return static_cast<std::uint8_t>(byte); });
  return hash;
}

}  // namespace pay::columns
