#include "command/asking.hpp"

namespace pay {
namespace {

/// What is authorized at a provider with outside effects is let go there first.
Result<Decision> cancel_or_void(const Payment& payment, Trigger trigger, std::string reason,
                                const Situation& situation) {
  // With it, what is open could be given up, or found to be over.
  if (has_open_attempt(payment) && !situation.may_ask) return needs_a_provider();
  if (!find_transition(payment.status, trigger)) return refused(payment, ErrorCode::invalid_state);
  if (!payment.custody) return cancel(payment, trigger, reason, situation.now);
  return ask_custodian(payment, *payment.custody, AttemptKind::void_authorization,
                       {.amount_minor = payment.authorized_minor, .reason = std::move(reason)}, situation);
}

}  // namespace

Result<Decision> decide(const Payment& payment, const CancelPayment& command, const Situation& situation) {
  if (payment.status == Status::canceled) return unchanged(payment);
  return cancel_or_void(payment, Trigger::cancel, command.reason, situation);
}

Result<Decision> decide(const Payment& payment, const ExpirePayment&, const Situation& situation) {
  const bool over = payment.expires_at && *payment.expires_at <= situation.now;
  if (!over || has_open_attempt(payment)) return unchanged(payment);
  return cancel_or_void(payment, Trigger::expire, std::string(reason_expired), situation);
}

}  // namespace pay
