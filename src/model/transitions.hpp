#pragma once

#include <optional>
#include <span>
#include <string>

#include "model/event.hpp"

namespace pay {

/// What can happen to a payment, as the cause of a transition.
enum class Trigger : std::uint8_t {
  approved_automatic,  ///< process, approved, captured at once
  approved_manual,     ///< process, approved, to be captured later
  declined,            ///< process, declined, or nobody could be asked
  begin,               ///< process, and a provider with outside effects has to make up its mind
  action_required,     ///< it wants whoever pays to do something first
  capture,
  cancel,
  expire,
  refund_part,
  refund_rest,
  refused,  ///< the provider would not capture, let go or refund: all stays as it was
};

struct Transition {
  Status from;
  Trigger trigger;
  Status to;
  EventType event;
};

/// The whole life of a payment, one row a transition. What is not in it does not happen.
std::span<const Transition> transitions();

/// Nothing when the status does not allow it.
std::optional<Transition> find_transition(Status from, Trigger trigger);

/// What a client may ask of a payment in this status, in words: `capture, cancel`. Empty when nothing.
std::string possible_from(Status status);

}  // namespace pay
