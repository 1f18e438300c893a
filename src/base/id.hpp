#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace pay {

/// A number that names one kind of thing. Two kinds do not mix; the value fits a JSON number exactly
/// (1 … 2^53-1).
template <class Tag>
struct Id {
  std::int64_t value = 0;
  auto operator<=>(const Id&) const = default;
};

inline constexpr std::int64_t max_id = (std::int64_t{1} << 53) - 1;

}  // namespace pay

template <class Tag>
struct std::hash<pay::Id<Tag>> {
  std::size_t operator()(pay::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
