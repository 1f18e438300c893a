#include "command/asking.hpp"

#include <algorithm>

namespace pay {

const Asking& asking_of(const Situation& situation) {
  static const Asking defaults;
  return situation.asking ? *situation.asking : defaults;
}

std::unexpected<Error> needs_a_provider() {
  return fail(ErrorCode::unavailable, {.en = "This needs a provider that is not set up here.",
                                       .fr = "Il faut un prestataire qui n'est pas configuré ici."});
}

Attempt open_attempt(const Payment& payment, Wish wish, const Situation& situation) {
  Attempt attempt{.id = situation.ids.next_attempt_id(),
                  .payment_id = payment.id,
                  .kind = wish.kind,
                  .provider = std::move(wish.provider),
                  .created_at = wish.at};
  attempt.call = std::move(wish.call);
  attempt.call->due_at = wish.at + asking_of(situation).lease;
  return attempt;
}

Result<Decision> ask_custodian(const Payment& payment, AttemptKind kind, ProviderCall call,
                               const Situation& situation) {
  if (has_open_attempt(payment)) return refused(payment, ErrorCode::invalid_state);
  if (!situation.may_ask) return needs_a_provider();
  const auto& custody = *payment.custody;
  call.about = custody.reference;
  Decision decision{.payment = payment, .custody_changed = true, .asks = Decision::Asks::carry_out};
  // No two attempts of a payment share a time.
  const auto at = std::max(situation.now, payment.updated_at + std::chrono::microseconds{1});
  decision.attempt = open_attempt(
      payment, {.kind = kind, .provider = custody.provider, .call = std::move(call), .at = at}, situation);
  decision.payment.custody->open = decision.attempt->id;
  return decision;
}

}  // namespace pay
