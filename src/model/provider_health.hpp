#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pay {

/// How a provider does, as this instance sees it. Holds no secret.
struct ProviderHealth {
  /// `up`: asked as usual; `trial`: one call at a time finds out whether it is back; `down`: not asked.
  enum class State : std::uint8_t { up, trial, down };
  std::string name;
  State state = State::up;
  bool at_once = false;                  ///< has no outside effects
  std::size_t in_flight = 0;             ///< calls under way
  std::size_t waiting = 0;               ///< calls that wait for one of them to end
  std::size_t concurrency = 0;           ///< calls that may be under way at once
  std::chrono::milliseconds deadline{};  ///< of one call
  std::string last_error{};              ///< why it was not asked, or nobody knows, last; empty: never
};
/// `up`, `trial`, `down`.
std::string_view name(ProviderHealth::State state);

}  // namespace pay
