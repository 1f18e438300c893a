#include "storage/client_columns.hpp"

#include <algorithm>

namespace pay::columns {

std::string methods_text(const std::optional<Methods>& methods) {
  return methods ? methods->text() : std::string{};
}

std::optional<Methods> read_methods(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return known("method", text, Methods::parse(text));
}

KeyHash to_key_hash(std::string_view bytes) {
  KeyHash hash{};
  if (bytes.size() != hash.size()) refuse("hash", "of another length");
  std::ranges::transform(bytes, hash.begin(), [](char byte) { return static_cast<std::uint8_t>(byte); });
  return hash;
}

}  // namespace pay::columns
