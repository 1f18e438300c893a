#pragma once

#include <string_view>

namespace pay::app {

/// A byte that a terminal obeys instead of showing it: a newline, an escape, … Of ASCII only.
bool holds_control(std::string_view text);

/// UTF-8 without any control character of Unicode, those of ISO 6429 above ASCII (0x80 to 0x9F) included:
/// what may be kept, and shown wherever it likes.
bool is_printable(std::string_view text);

}  // namespace pay::app
