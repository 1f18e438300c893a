#include "app/cli/printable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace pay::app {
namespace {

/// Bytes of the character that begins so (RFC 3629); 0: none begins so.
std::size_t length_after(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

/// The first character's code point; nothing that is printable for what is no UTF-8. `length` is of its
/// bytes.
std::uint32_t code_point(std::string_view text, std::size_t length) {
  constexpr std::uint32_t none = 0;
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  constexpr std::array<unsigned, 5> lead_mask{0, 0x7F, 0x1F, 0x0F, 0x07};
  if (length == 0 || length > text.size()) return none;
  std::uint32_t code = static_cast<unsigned char>(text.front()) & lead_mask.at(length);
  for (const char c : text.substr(1, length - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) return none;
    code = code << 6U | (byte & 0x3FU);
  }
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < least.at(length) || is_surrogate || code > 0x10FFFF ? none : code;
}

}  // namespace

bool holds_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const auto length = length_after(static_cast<unsigned char>(text.front()));
    const auto code = code_point(text, length);
    if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace pay::app
