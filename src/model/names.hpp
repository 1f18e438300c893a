#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace pay {

/// The public names of an enumeration whose values count from 0: `names[i]` is the name of value i.
template <class Enum, std::size_t size>
class Names {
 public:
  consteval Names(Enum last, const std::array<std::string_view, size>& names) : names_(names) {
    if (static_cast<std::size_t>(last) + 1 != size) throw "every value has one name";
  }

  [[nodiscard]] constexpr std::string_view of(Enum value) const {
    return names_[static_cast<std::size_t>(value)];
  }
  [[nodiscard]] constexpr std::optional<Enum> find(std::string_view name) const {
    const auto at = std::ranges::find(names_, name);
    if (at == names_.end()) return {};
    return static_cast<Enum>(at - names_.begin());
  }

 private:
  std::array<std::string_view, size> names_;
};

}  // namespace pay
