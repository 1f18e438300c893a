#include "command/asking.hpp"

namespace pay {

Result<Decision> decide(const Payment& payment, const CapturePayment& command, const Situation& situation) {
  auto asked = payment.authorized_minor;
  if (command.amount) {
    const auto amount = asked_amount(*command.amount, payment);
    if (!amount) return std::unexpected(amount.error());
    asked = *amount;
  }
  const bool captured_as_asked = is_paid(payment) && payment.captured_minor == asked;
  if (captured_as_asked) return unchanged(payment);

  if (!find_transition(payment.status, Trigger::capture)) return refused(payment, ErrorCode::invalid_state);
  if (asked > payment.authorized_minor) return refused(payment, ErrorCode::amount_exceeds_authorized);
  if (payment.custody)
    return ask_custodian(payment, *payment.custody, AttemptKind::capture, {.amount_minor = asked}, situation);
  return capture(payment, asked, situation.now);
}

}  // namespace pay
