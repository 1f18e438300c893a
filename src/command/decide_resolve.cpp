#include "base/bug.hpp"
#include "command/asking.hpp"

namespace pay {
namespace {

constexpr std::string_view declined_by_hand = "resolved_by_operator";

/// What an operator found out, as if the provider had said it.
std::optional<Outcome> said(const ResolveAttempt& command) {
  switch (command.as) {
    case AttemptOutcome::succeeded:
      return Succeeded{};
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

}  // namespace

Result<Decision> decide(const Payment& payment, const Attempt* open, const ResolveAttempt& command,
                        const Situation& situation) {
  auto outcome = said(command);
  if (!outcome)
    return invalid("as", {.en = "must be succeeded, declined or not_executed",
                          .fr = "doit être succeeded, declined ou not_executed"});
  if (!open || open->id != command.attempt) return not_open();
  const SettleAttempt found_out{
      .id = payment.id, .attempt = command.attempt, .outcome = *std::move(outcome), .was_looked_up = true};
  auto decision = decide(payment, open, found_out, situation);
  if (!decision || !decision->attempt_settlement) return not_open();
  decision->event_reason = command.because;
  return decision;
}

}  // namespace pay
