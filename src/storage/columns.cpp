#include "storage/columns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pay {

std::string_view name(KeyState state) {
  switch (state) {
    case KeyState::running:
      return "running";
    case KeyState::done:
      return "done";
  }
  return {};
}

namespace columns {

void refuse(std::string_view what, std::string_view text) {
  throw StoreRejected(fmt::format("a row holds an unknown {}: '{}'", what, text.substr(0, 64)));
}

Metadata read_metadata(std::string_view text) {
  try {
    return decode_metadata(text);
  } catch (const std::runtime_error&) {
    refuse("metadata", "damaged netstrings");
  }
}

std::optional<KeyState> find_key_state(std::string_view text) {
  for (const KeyState state : {KeyState::running, KeyState::done}) {
    if (name(state) == text) {
      return state;
    }
  }
  return std::nullopt;
}

Fingerprint to_fingerprint(std::string_view bytes) {
  Fingerprint fingerprint{};
  if (bytes.size() != fingerprint.size()) {
    refuse("fingerprint", "of another length");
  }
  std::ranges::transform(bytes, fingerprint.begin(),
                         [](char byte) { return static_cast<std::uint8_t>(byte); });
  return fingerprint;
}

}  // namespace columns
}  // namespace pay
