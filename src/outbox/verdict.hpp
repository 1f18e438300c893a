#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "outbox/destination.hpp"

namespace pay {

/// What a try tells of the receiver itself.
enum class Sign : std::uint8_t {
  answered,  ///< it is there, whatever it said
  silent,    ///< nobody there, or not in time: what opens a circuit breaker
  none       ///< neither
};

/// What came of one try.
struct Verdict {
  Sign sign = Sign::none;
  bool was_tried = true;     ///< false: this side stopped, or had no connection to spare
  bool aborted = false;      ///< this side stopped
  std::string error{};       ///< why it has to be tried again; empty: it was delivered
  std::string_view cause{};  ///< the same as static text of few values
  bool operator==(const Verdict&) const = default;
};

/// Pure.
Verdict judge(NotifyStyle style, const http::CallOutcome& outcome);

}  // namespace pay
