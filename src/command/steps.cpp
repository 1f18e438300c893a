#include "command/steps.hpp"

#include <algorithm>

namespace pay {

Decision move(const Payment& payment, Trigger trigger, Timestamp now) {
  const auto transition = find_transition(payment.status, trigger);
  if (!transition) return refused(payment, ErrorCode::invalid_state);
  Decision decision{.payment = payment, .event = transition->event};
  auto& next = decision.payment;
  next.status = transition->to;
  next.version = payment.version + 1;
  next.updated_at = std::max(now, payment.updated_at + std::chrono::microseconds{1});
  return decision;
}

Decision refund(const Payment& payment, std::int64_t amount_minor, std::string_view reason,
                const Situation& situation) {
  const bool all = amount_minor == refundable_minor(payment);
  auto decision = move(payment, all ? Trigger::refund_rest : Trigger::refund_part, situation.now);
  if (decision.refusal) return decision;
  decision.payment.refunded_minor += amount_minor;
  decision.event_reason = reason;
  decision.refund = Refund{.id = situation.ids.next_refund_id(),
                           .payment_id = payment.id,
                           .amount_minor = amount_minor,
                           .status = RefundStatus::succeeded,
                           .reason = std::string(reason),
                           .created_at = decision.payment.updated_at};
  return decision;
}

Result<std::int64_t> asked_amount(const Decimal& amount, const Payment& payment) {
  auto minor = to_minor(amount, payment.currency);
  if (!minor) return invalid("amount", std::move(minor.error()));
  return *minor;
}

}  // namespace pay
