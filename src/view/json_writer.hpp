#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

/// Pieces of JSON appended to a text. Texts are UTF-8 already: what came in was checked.
namespace pay::view {

/// A JSON string, quoted and escaped (RFC 8259, section 7).
void append_string(std::string& out, std::string_view text);
/// The same, or `null` when empty: that is how an absent text is kept.
void append_string_or_null(std::string& out, std::string_view text);
void append_number(std::string& out, std::int64_t number);
/// A time as a JSON string.
void append_time(std::string& out, Timestamp time);
/// The same, or `null` when there is none.
void append_time_or_null(std::string& out, const std::optional<Timestamp>& time);
void append_truth(std::string& out, bool truth);

}  // namespace pay::view
