#include "command/steps.hpp"

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

  auto decision = move(payment, Trigger::capture, situation.now);
  if (decision.refusal) return decision;
  if (asked > payment.authorized_minor) return refused(payment, ErrorCode::amount_exceeds_authorized);
  decision.payment.captured_minor = asked;
  decision.payment.expires_at.reset();
  return decision;
}

}  // namespace pay
