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
  wish.call.being_asked = true;
  wish.call.due_at = wish.at + asking_of(situation).lease;
  attempt.call = std::move(wish.call);
  return attempt;
}

Result<Decision> ask_custodian(const Payment& payment, const Custody& custody, AttemptKind kind,
                               ProviderCall call, const Situation& situation) {
  if (!situation.may_ask) return needs_a_provider();
  if (custody.open.value != 0) return refused(payment, ErrorCode::invalid_state);
  call.about = custody.reference;
  // No two attempts of a payment share a time.
  const auto at = std::max(situation.now, payment.updated_at + std::chrono::microseconds{1});
  auto attempt = open_attempt(
      payment, {.kind = kind, .provider = custody.provider, .call = std::move(call), .at = at}, situation);
  Decision decision{.payment = payment, .custody_changed = true, .asks = Decision::Asks::carry_out};
  decision.payment.custody =
      Custody{.provider = custody.provider, .reference = custody.reference, .open = attempt.id};
  decision.attempt = std::move(attempt);
  return decision;
}

}  // namespace pay
