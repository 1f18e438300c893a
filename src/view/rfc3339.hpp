#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace pay::view {

/// A moment as RFC 3339, section 5.6 writes it, with `Z` or an offset and an optional fraction (cut at
/// microseconds), or a date alone, which is its midnight in UTC. A blank where the offset's `+` belongs is
/// read as one: that is what an unescaped `+` in a query becomes.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace pay::view
