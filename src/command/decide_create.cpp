#include "command/steps.hpp"

namespace pay {

Result<Decision> decide(const CreatePayment& command, const Situation& situation) {
  const auto amount = to_minor(command.amount, command.currency);
  if (!amount) return invalid("total_amount", amount.error());

  Payment payment{.id = situation.ids.next_payment_id(),
                  .order_id = command.order_id,
                  .user_id = command.user_id,
                  .amount_minor = *amount,
                  .currency = command.currency,
                  .capture_method = command.capture_method,
                  .description = command.description,
                  .client = command.client,
                  .metadata = command.metadata,
                  .created_at = situation.now,
                  .version = 1,
                  .updated_at = situation.now};
  if (situation.lifetimes.pending) payment.expires_at = situation.now + *situation.lifetimes.pending;
  return Decision{.payment = std::move(payment), .event = EventType::created};
}

}  // namespace pay
