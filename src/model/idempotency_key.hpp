#pragma once

#include <compare>
#include <string>

namespace pay {

/// Whose key it is and the key itself, compared byte by byte.
struct IdempotencyKey {
  std::string client;  ///< empty: no client
  std::string key;     ///< 1 … 255 visible ASCII characters
  auto operator<=>(const IdempotencyKey&) const = default;
};

}  // namespace pay
