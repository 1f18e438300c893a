#include "storage/columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

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
namespace {

constexpr std::size_t longest_error = 200;

}  // namespace

std::string error_text(std::string_view reason) {
  std::string text(reason.substr(0, longest_error));
  std::ranges::replace_if(text, [](char letter) { return letter < ' ' || letter > '~'; }, '?');
  return text;
}

std::string qualified(std::string_view table, std::string_view columns) {
  std::string list;
  while (true) {
    const auto comma = columns.find(", ");
    fmt::format_to(std::back_inserter(list), "{}.{}", table, columns.substr(0, comma));
    if (comma == std::string_view::npos) return list;
    list += ", ";
    columns.remove_prefix(comma + 2);
  }
}

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
