#include <fmt/format.h>

#include "base/bug.hpp"
#include "command/asking.hpp"

namespace pay {
namespace {

constexpr std::string_view declined_by_hand = "resolved_by_operator";

/// What an operator found out, as if the provider had said it.
std::optional<Outcome> said(const ResolveAttempt& command) {
  switch (command.as) {
    case AttemptOutcome::succeeded:
      return Succeeded{.method = {}, .reference = command.reference};
    case AttemptOutcome::declined:
      return Declined{std::string(declined_by_hand)};
    case AttemptOutcome::not_executed:
      return NotExecuted{command.because};
    case AttemptOutcome::pending:
    case AttemptOutcome::unknown:
      return std::nullopt;
  }
  bug("an enumeration has another value");
}

std::unexpected<Error> not_open() {
  return fail(ErrorCode::invalid_state, {.en = "The outcome of this attempt is known already.",
                                         .fr = "L'issue de cette tentative est déjà connue."});
}

std::unexpected<Error> is_asked_now(std::chrono::seconds left) {
  return fail(
      ErrorCode::invalid_state,
      {.en = fmt::format("The provider is being asked about it now: try again in {} seconds.", left.count()),
       .fr = fmt::format("Le prestataire est interrogé en ce moment : réessayez dans {} secondes.",
                         left.count())});
}

/// Nothing could be captured, voided or refunded later without.
bool lacks_a_name(const Attempt& open, const ResolveAttempt& command) {
  const bool has_one = !command.reference.empty() || (open.call && !open.call->reference.empty());
  return command.as == AttemptOutcome::succeeded && open.kind == AttemptKind::authorize && !has_one;
}

}  // namespace

Result<Decision> decide(const Payment& payment, const Attempt* open, const ResolveAttempt& command,
                        const Situation& situation) {
  auto outcome = said(command);
  if (!outcome)
    return invalid("as", {.en = "must be succeeded, declined or not_executed",
                          .fr = "doit être succeeded, declined ou not_executed"});
  if (!open || !open->call || open->id != command.attempt) return not_open();
  if (const auto until = open->call->due_at; until && is_being_asked(*open->call, situation.now))
    return is_asked_now(std::chrono::ceil<std::chrono::seconds>(*until - situation.now));
  if (lacks_a_name(*open, command))
    return invalid("reference",
                   {.en = "is needed: the provider's name of the payment, by which it can be "
                          "captured and refunded",
                    .fr = "est nécessaire : le nom du paiement chez le prestataire, par lequel il "
                          "peut être capturé et remboursé"});
  const SettleAttempt found_out{
      .id = payment.id, .attempt = command.attempt, .outcome = *std::move(outcome), .was_looked_up = true};
  auto decision = decide(payment, open, found_out, situation);
  if (!decision || !decision->attempt_settlement) return not_open();
  decision->event_reason = command.because;
  return decision;
}

}  // namespace pay
