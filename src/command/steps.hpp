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

/// It is paid, or sure to be: `method` nothing is one that nobody told us of.
Decision approve(const Payment& payment, const std::optional<PaymentMethod>& method,
                 const Situation& situation);
/// Whoever pays may try again.
Decision decline(const Payment& payment, std::string_view decline_code, Timestamp now);
Decision capture(const Payment& payment, std::int64_t amount_minor, Timestamp now);
Decision cancel(const Payment& payment, Trigger trigger, std::string_view reason, Timestamp now);
/// Gives back of what was captured; whoever calls keeps the refund.
Decision give_back(const Payment& payment, std::int64_t amount_minor, std::string_view reason, Timestamp now);

/// The amount a client asked for in the payment's currency, or why it is none.
Result<std::int64_t> asked_amount(const Decimal& amount, const Payment& payment);

}  // namespace pay
