#include "base/bug.hpp"
#include "command/asking.hpp"

namespace pay {
namespace {

Refund new_refund(const Payment& payment, std::int64_t amount_minor, const std::string& reason,
                  IdSource& ids) {
  return {
      .id = ids.next_refund_id(), .payment_id = payment.id, .amount_minor = amount_minor, .reason = reason};
}

Result<Decision> refund(const Payment& payment, std::int64_t amount_minor, const std::string& reason,
                        const Situation& situation) {
  auto decision = give_back(payment, amount_minor, reason, situation.now);
  if (decision.refusal) return decision;
  auto refund = new_refund(payment, amount_minor, reason, situation.ids);
  refund.status = RefundStatus::succeeded;
  refund.created_at = decision.payment.updated_at;
  decision.refund = std::move(refund);
  return decision;
}

/// The refund waits for its attempt.
Result<Decision> ask_for_refund(const Payment& payment, const Custody& custody, std::int64_t amount_minor,
                                const std::string& reason, const Situation& situation) {
  auto asked = ask_custodian(payment, custody, AttemptKind::refund,
                             {.amount_minor = amount_minor, .reason = reason}, situation);
  if (!asked) return asked;
  auto& decision = *asked;
  auto& attempt = decision.attempt;
  if (!attempt || !attempt->call) return asked;
  auto refund = new_refund(payment, amount_minor, reason, situation.ids);
  refund.created_at = attempt->created_at;
  attempt->call->refund = refund.id;
  decision.refund = std::move(refund);
  return asked;
}

}  // namespace

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
  if (!find_transition(payment.status, Trigger::refund_rest))
    return refused(payment, ErrorCode::invalid_state);
  if (asked > left) return refused(payment, ErrorCode::amount_exceeds_captured);
  return payment.custody ? ask_for_refund(payment, *payment.custody, asked, command.reason, situation)
                         : refund(payment, asked, command.reason, situation);
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
