#include "command/steps.hpp"

#include "base/bug.hpp"

namespace pay {

Result<Decision> decide(const Payment& payment, const RefundPayment& command, const Situation& situation) {
  const auto left = refundable_minor(payment);
  auto asked = left;
  if (command.amount) {
    const auto amount = asked_amount(*command.amount, payment);
    if (!amount) return std::unexpected(amount.error());
    asked = *amount;
  } else if (payment.status == Status::refunded) {
    return unchanged(payment);
  }
  const bool has_capture = find_transition(payment.status, Trigger::refund_rest).has_value();
  if (has_capture && asked > left) return refused(payment, ErrorCode::amount_exceeds_captured);
  return refund(payment, asked, command.reason, situation);
}

Result<Decision> decide(const Payment& payment, const UndoPayment& command, const Situation& situation) {
  switch (payment.status) {
    case Status::paid:
    case Status::partially_refunded:
      return decide(payment, RefundPayment{.id = command.id}, situation);
    case Status::refunded:
    case Status::canceled:
      return unchanged(payment);
    case Status::pending:
    case Status::requires_action:
    case Status::processing:
    case Status::authorized:
      return decide(payment, CancelPayment{.id = command.id}, situation);
  }
  bug("an enumeration has another value");
}

}  // namespace pay
