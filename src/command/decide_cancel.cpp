#include "command/steps.hpp"

namespace pay {

Result<Decision> decide(const Payment& payment, const CancelPayment& command, const Situation& situation) {
  if (payment.status == Status::canceled) return unchanged(payment);
  auto decision = move(payment, Trigger::cancel, situation.now);
  if (decision.refusal) return decision;
  decision.payment.expires_at.reset();
  decision.event_reason = command.reason;
  return decision;
}

Result<Decision> decide(const Payment& payment, const ExpirePayment&, const Situation& situation) {
  const bool over = payment.expires_at && *payment.expires_at <= situation.now;
  if (!over) return unchanged(payment);
  auto decision = move(payment, Trigger::expire, situation.now);
  if (decision.refusal) return decision;
  decision.payment.expires_at.reset();
  decision.event_reason = "expired";
  return decision;
}

}  // namespace pay
