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

Decision approve(const Payment& payment, const std::optional<PaymentMethod>& method,
                 const Situation& situation) {
  const bool captured = payment.capture_method == CaptureMethod::automatic;
  auto decision =
      move(payment, captured ? Trigger::approved_automatic : Trigger::approved_manual, situation.now);
  if (decision.refusal) return decision;
  auto& next = decision.payment;
  next.method = method;
  next.last_error.reset();
  next.next_action.reset();
  next.authorized_minor = payment.amount_minor;
  next.captured_minor = captured ? payment.amount_minor : 0;
  next.expires_at.reset();
  if (!captured) next.expires_at = next.updated_at + situation.lifetimes.authorized;
  return decision;
}

Decision decline(const Payment& payment, std::string_view decline_code, Timestamp now) {
  auto decision = move(payment, Trigger::declined, now);
  if (decision.refusal) return decision;
  decision.refusal = ErrorCode::card_declined;
  decision.payment.last_error = LastError{.code = std::string(name(ErrorCode::card_declined)),
                                          .decline_code = std::string(decline_code)};
  return decision;
}

Decision capture(const Payment& payment, std::int64_t amount_minor, Timestamp now) {
  auto decision = move(payment, Trigger::capture, now);
  if (decision.refusal) return decision;
  decision.payment.captured_minor = amount_minor;
  decision.payment.last_error.reset();
  decision.payment.expires_at.reset();
  return decision;
}

Decision cancel(const Payment& payment, Trigger trigger, std::string_view reason, Timestamp now) {
  auto decision = move(payment, trigger, now);
  if (decision.refusal) return decision;
  decision.payment.expires_at.reset();
  decision.event_reason = reason;
  return decision;
}

Decision give_back(const Payment& payment, std::int64_t amount_minor, std::string_view reason,
                   Timestamp now) {
  const bool all = amount_minor == refundable_minor(payment);
  auto decision = move(payment, all ? Trigger::refund_rest : Trigger::refund_part, now);
  if (decision.refusal) return decision;
  decision.payment.refunded_minor += amount_minor;
  decision.payment.last_error.reset();
  decision.event_reason = reason;
  return decision;
}

Result<std::int64_t> asked_amount(const Decimal& amount, const Payment& payment) {
  auto minor = to_minor(amount, payment.currency);
  if (!minor) return invalid("amount", std::move(minor.error()));
  return *minor;
}

}  // namespace pay
