#pragma once

#include "command/decide.hpp"
#include "model/transitions.hpp"

/// The small steps that decisions are made of.
namespace pay {

/// Nothing changes.
inline Decision unchanged(const Payment& payment) {
  return {.payment = payment};
}

/// Nothing changes, and the reply says why.
inline Decision refused(const Payment& payment, ErrorCode why) {
  return {.payment = payment, .refusal = why};
}

/// Moves the payment along the table of transitions, or refuses when the table has no such row. The new state
/// has the event's sequence and time: the later of now and one microsecond after the last event.
Decision move(const Payment& payment, Trigger trigger, Timestamp now);

/// Refunds what a decision is about: a refund of its own, known by its own id.
Decision refund(const Payment& payment, std::int64_t amount_minor, std::string_view reason,
                const Situation& situation);

/// The amount a client asked for in the payment's currency, or why it is none.
Result<std::int64_t> asked_amount(const Decimal& amount, const Payment& payment);

}  // namespace pay
