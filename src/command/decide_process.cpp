#include "command/steps.hpp"

namespace pay {
namespace {

Attempt make_attempt(const ProcessPayment& command, const Payment& after, const Situation& situation) {
  const auto* declined = std::get_if<Declined>(&command.answer);
  return {.id = situation.ids.next_attempt_id(),
          .payment_id = after.id,
          .provider = command.provider,
          .outcome = declined ? AttemptOutcome::declined : AttemptOutcome::succeeded,
          .decline_code = declined ? declined->decline_code : std::string{},
          .created_at = after.updated_at,
          .finished_at = after.updated_at};
}

/// A payment that has its money, or is sure of it, is not charged a second time.
bool has_been_paid(Status status) {
  return status == Status::authorized || status == Status::paid || status == Status::partially_refunded;
}

Decision decline(const Payment& payment, const Declined& declined, Timestamp now) {
  auto decision = move(payment, Trigger::declined, now);
  if (decision.refusal) return decision;
  decision.refusal = ErrorCode::card_declined;
  decision.payment.last_error =
      LastError{.code = std::string(name(ErrorCode::card_declined)), .decline_code = declined.decline_code};
  return decision;
}

Decision approve(const Payment& payment, const Approved& approved, const Situation& situation) {
  const bool captured = payment.capture_method == CaptureMethod::automatic;
  auto decision =
      move(payment, captured ? Trigger::approved_automatic : Trigger::approved_manual, situation.now);
  if (decision.refusal) return decision;
  auto& next = decision.payment;
  next.method = approved.method;
  next.last_error.reset();
  next.authorized_minor = payment.amount_minor;
  next.captured_minor = captured ? payment.amount_minor : 0;
  next.expires_at.reset();
  if (!captured) next.expires_at = next.updated_at + situation.lifetimes.authorized;
  return decision;
}

}  // namespace

Result<Decision> decide(const Payment& payment, const ProcessPayment& command, const Situation& situation) {
  if (has_been_paid(payment.status)) return unchanged(payment);
  const auto* declined = std::get_if<Declined>(&command.answer);
  auto decision = declined ? decline(payment, *declined, situation.now)
                           : approve(payment, std::get<Approved>(command.answer), situation);
  if (decision.event) decision.attempt = make_attempt(command, decision.payment, situation);
  return decision;
}

}  // namespace pay
