#include <algorithm>

#include "command/asking.hpp"

namespace pay {
namespace {

/// A payment that has its money, or is sure of it, or may have it any moment, is not charged a second time.
bool is_being_paid(Status status) {
  return status != Status::pending && status != Status::refunded && status != Status::canceled;
}

Result<Decision> begin(const Payment& payment, const ProcessPayment& command, std::string provider,
                       const Situation& situation) {
  if (!situation.may_ask) return needs_a_provider();
  auto decision = move(payment, Trigger::begin, situation.now);
  if (decision.refusal) return decision;
  auto& next = decision.payment;
  next.expires_at.reset();
  decision.attempt = open_attempt(next,
                                  {.kind = AttemptKind::authorize,
                                   .provider = provider,
                                   .call = {.amount_minor = payment.amount_minor,
                                            .captures = payment.capture_method == CaptureMethod::automatic,
                                            .source = command.source,
                                            .return_url = command.return_url},
                                   .at = next.updated_at},
                                  situation);
  next.custody = Custody{.provider = std::move(provider), .reference = {}, .open = decision.attempt->id};
  decision.asks = Decision::Asks::carry_out;
  return decision;
}

}  // namespace

Error nobody_takes(const KeptSource& source) {
  if (source.kind == KeptSource::Kind::raw_card) {
    return invalid("payment_method",
                   {.en = "no provider takes a typed card for such a payment; send its token as "
                          "payment_method.token",
                    .fr = "aucun prestataire n'accepte une carte saisie pour un tel paiement; envoyez son "
                          "jeton dans "
                          "payment_method.token"})
        .error();
  }
  return invalid("payment_method", {.en = "no provider takes this for such a payment",
                                    .fr = "aucun prestataire n'accepte ce moyen pour un tel paiement"})
      .error();
}

Decision answered_at_once(const Payment& payment, const std::string& provider, const Answer& answer,
                          const Situation& situation) {
  const auto* declined = std::get_if<Declined>(&answer);
  auto decision = declined ? decline(payment, declined->decline_code, situation.now)
                           : approve(payment, std::get<Approved>(answer).method, situation);
  if (!decision.event) return decision;
  const auto at = decision.payment.updated_at;
  decision.attempt = Attempt{.id = situation.ids.next_attempt_id(),
                             .payment_id = payment.id,
                             .provider = provider,
                             .outcome = declined ? AttemptOutcome::declined : AttemptOutcome::succeeded,
                             .decline_code = declined ? declined->decline_code : std::string{},
                             .created_at = at,
                             .finished_at = at};
  return decision;
}

Result<Decision> decide(const Payment& payment, const ProcessPayment& command, const Situation& situation) {
  if (is_being_paid(payment.status)) return unchanged(payment);
  if (payment.status != Status::pending) return refused(payment, ErrorCode::invalid_state);
  if (const auto* routing = asking_of(situation).routing) {
    auto choices = routing->choices(payment, command.source);
    if (choices.empty()) return std::unexpected(nobody_takes(command.source));
    if (!choices.front().at_once)
      return begin(payment, command, std::move(choices.front().provider), situation);
  }
  if (!command.at_once) return needs_a_provider();
  const auto& answer = *command.at_once;
  if (!answer) return std::unexpected(answer.error());
  return answered_at_once(payment, command.at_once_provider, *answer, situation);
}

}  // namespace pay
