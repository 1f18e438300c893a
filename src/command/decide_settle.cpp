#include <algorithm>

#include "base/bug.hpp"
#include "command/asking.hpp"

/// What becomes of a payment by what its provider said of the open attempt: one function a word of the
/// provider's, and what it means for each kind of attempt inside.
namespace pay {
namespace {

using namespace std::chrono_literals;

constexpr auto day = std::chrono::milliseconds{24h};

struct Case {
  const Payment& payment;
  const Attempt& open;
  const SettleAttempt& command;
  const Situation& situation;
  const ProviderCall& call;  ///< the open attempt's

  [[nodiscard]] bool authorizes() const { return open.kind == AttemptKind::authorize; }
};

// ---- how an attempt ends ----

AttemptSettlement ended(const Case& here, AttemptOutcome outcome, Timestamp at) {
  return {.id = here.open.id,
          .outcome = outcome,
          .finished_at = std::max(at, here.open.created_at),
          .tries = here.call.tries};
}

/// The key that still waits: one that was told what its payer has to do does so no more.
std::optional<IdempotencyKey> waiting_key(const Case& here) {
  if (here.payment.status == Status::requires_action) return std::nullopt;
  return here.call.waiting;
}

/// The payment is free for the next attempt, and whoever waited has a reply.
Decision end(Decision decision, const Case& here, AttemptSettlement settlement) {
  decision.attempt_settlement = std::move(settlement);
  decision.key = waiting_key(here);
  decision.custody_changed = true;
  if (auto& custody = decision.payment.custody) custody->open = {};
  return decision;
}

/// Nothing of the try remains with the payment: it may be paid in any way, or canceled by time, as before.
void set_free(Payment& payment, const Situation& situation) {
  payment.custody.reset();
  payment.next_action.reset();
  payment.expires_at.reset();
  if (const auto lifetime = situation.lifetimes.pending) payment.expires_at = payment.updated_at + *lifetime;
}

void settle_refund(Decision& decision, const Case& here, RefundStatus status) {
  if (here.open.kind == AttemptKind::refund)
    decision.refund_settlement = RefundSettlement{.id = here.call.refund, .status = status};
}

// ---- succeeded ----

Decision succeed(const Case& here, const Succeeded& said) {
  const auto& [payment, open, command, situation, call] = here;
  switch (open.kind) {
    case AttemptKind::authorize:
      return approve(payment, said.method, situation);
    case AttemptKind::capture:
      return capture(payment, call.amount_minor, situation.now);
    case AttemptKind::void_authorization: {
      auto decision = cancel(payment, Trigger::cancel, call.reason, situation.now);
      decision.payment.last_error.reset();
      return decision;
    }
    case AttemptKind::refund:
      return give_back(payment, call.amount_minor, call.reason, situation.now);
  }
  bug("an enumeration has another value");
}

Decision settle(const Case& here, const Succeeded& said) {
  auto decision = succeed(here, said);
  settle_refund(decision, here, RefundStatus::succeeded);
  // What a later capture or refund is about: a void or a refund makes nothing that could be.
  if (auto& custody = decision.payment.custody) {
    if (here.authorizes()) custody->reference = here.call.reference;
    const bool makes_one = here.authorizes() || here.open.kind == AttemptKind::capture;
    if (makes_one && !said.reference.empty()) custody->reference = said.reference;
  }
  auto settlement = ended(here, AttemptOutcome::succeeded, decision.payment.updated_at);
  settlement.reference = said.reference;
  return end(std::move(decision), here, std::move(settlement));
}

// ---- declined ----

/// The money stays where it is, and the payment tells why.
Decision refuse(const Case& here, const std::string& decline_code) {
  auto decision = move(here.payment, Trigger::refused, here.situation.now);
  auto& next = decision.payment;
  decision.refusal = ErrorCode::card_declined;
  decision.event_reason = here.call.reason;
  next.last_error =
      LastError{.code = std::string(name(ErrorCode::card_declined)), .decline_code = decline_code};
  // Or its time would be over, and the provider asked, every minute.
  if (next.expires_at && *next.expires_at <= next.updated_at) next.expires_at = next.updated_at + day;
  return decision;
}

Decision settle(const Case& here, const Declined& said) {
  auto decision = here.authorizes() ? decline(here.payment, said.decline_code, here.situation.now)
                                    : refuse(here, said.decline_code);
  if (here.authorizes()) set_free(decision.payment, here.situation);
  settle_refund(decision, here, RefundStatus::failed);
  auto settlement = ended(here, AttemptOutcome::declined, decision.payment.updated_at);
  settlement.decline_code = said.decline_code;
  return end(std::move(decision), here, std::move(settlement));
}

// ---- not executed ----

AttemptSettlement not_executed(const Case& here, const NotExecuted& said, Timestamp at) {
  auto settlement = ended(here, AttemptOutcome::not_executed, at);
  settlement.last_error = said.why;
  return settlement;
}

/// The same is asked of another provider: for whoever waits it is still the same try.
Decision ask_instead(const Case& here, const NotExecuted& said, std::string provider) {
  const auto at = std::max(here.situation.now, here.open.created_at + 1us);
  auto call = here.call;
  call.reference.clear();
  call.last_error.clear();
  call.tries = 0;
  call.needs_attention = false;
  Decision decision{.payment = here.payment,
                    .attempt_settlement = not_executed(here, said, at),
                    .custody_changed = true,
                    .asks = Decision::Asks::carry_out};
  decision.attempt = open_attempt(
      here.payment, {.kind = AttemptKind::authorize, .provider = provider, .call = std::move(call), .at = at},
      here.situation);
  decision.payment.custody =
      Custody{.provider = std::move(provider), .reference = {}, .open = decision.attempt->id};
  return decision;
}

Decision take_at_once(const Case& here, const NotExecuted& said, const Answer& answer) {
  auto decision = answered_at_once(here.payment, here.command.at_once_provider, answer, here.situation);
  if (decision.refusal)
    set_free(decision.payment, here.situation);
  else
    decision.payment.custody.reset();
  const auto at = decision.payment.updated_at;
  return end(std::move(decision), here, not_executed(here, said, at));
}

/// Nothing when there is nobody else.
std::optional<Decision> try_the_next(const Case& here, const NotExecuted& said) {
  const auto* routing = asking_of(here.situation).routing;
  const auto& command = here.command;
  if (!command.tried || !routing) return std::nullopt;
  for (auto& choice : routing->choices(here.payment, here.call.source)) {
    const bool was_tried = choice.provider == here.open.provider ||
                           std::ranges::find(*command.tried, choice.provider) != command.tried->end();
    if (was_tried) continue;
    if (!choice.at_once) return ask_instead(here, said, std::move(choice.provider));
    if (command.at_once && *command.at_once) return take_at_once(here, said, **command.at_once);
  }
  return std::nullopt;
}

/// Whoever asked first may have slept through its lease, while another instance asked under the same key:
/// then that the first call was not sent says nothing.
bool is_believed(const Case& here) {
  const bool was_alone =
      here.call.tries == 0 && here.situation.now < here.open.created_at + asking_of(here.situation).lease;
  return here.command.was_looked_up || was_alone;
}

Decision settle(const Case& here, const Unknown& said);

Decision settle(const Case& here, const NotExecuted& said) {
  if (!is_believed(here)) return settle(here, Unknown{.why = said.why, .contact = said.contact});
  if (here.authorizes()) {
    if (auto next = try_the_next(here, said)) return *std::move(next);
  }
  auto decision = here.authorizes() ? decline(here.payment, "", here.situation.now) : unchanged(here.payment);
  decision.refusal = ErrorCode::unavailable;
  if (here.authorizes()) {
    decision.payment.last_error =
        LastError{.code = std::string(name(ErrorCode::unavailable)), .decline_code = {}};
    set_free(decision.payment, here.situation);
  }
  settle_refund(decision, here, RefundStatus::failed);
  const auto at = decision.event ? decision.payment.updated_at : here.situation.now;
  decision = end(std::move(decision), here, not_executed(here, said, at));
  decision.key_end = Decision::KeyEnd::released;
  return decision;
}

// ---- not known yet ----

/// The pause of the schedule after so many tries. Looks that came between do not use it up: a pause is never
/// far longer than the attempt is old, and it is not over before a day is.
std::optional<std::chrono::milliseconds> pause_after(int tries, const Case& here) {
  const auto age = here.situation.now - here.open.created_at;
  const auto pause = pause_before_look(tries);
  if (!pause) return age < day ? std::optional(std::chrono::milliseconds{1h}) : std::nullopt;
  const auto longest = std::chrono::ceil<std::chrono::milliseconds>(std::max<decltype(age)>(5 * age, 2s));
  return std::min(*pause, longest);
}

/// The attempt stays open, and is asked about after the next pause of the schedule, or when it would have
/// been without a look on the spot. `was_reached`: somebody was asked.
AttemptSettlement open_still(const Case& here, AttemptOutcome outcome, const std::string& reference,
                             bool was_reached = true) {
  const auto& was_due = here.command.was_due;
  const bool counts = was_reached || !was_due;
  AttemptSettlement settlement{.id = here.open.id,
                               .outcome = outcome,
                               .reference = reference,
                               .tries = here.call.tries + (counts ? 1 : 0)};
  settlement.due_in = pause_after(settlement.tries, here);
  if (!was_due) return settlement;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*was_due - here.situation.now);
  if (!counts) settlement.due_in = std::max(left, 0ms);
  if (settlement.due_in && left > 0ms) settlement.due_in = std::min(*settlement.due_in, left);
  return settlement;
}

/// Whoever carried it out comes late, and somebody looks it up now: whose word is waited for.
bool is_overtaken(const Case& here) {
  return !here.command.was_looked_up && here.call.tries > 0 && is_being_asked(here.call, here.situation.now);
}

Decision settle(const Case& here, const Unknown& said) {
  auto decision = unchanged(here.payment);
  if (is_overtaken(here)) return decision;
  auto settlement = open_still(here, AttemptOutcome::unknown, said.reference, said.contact != Contact::none);
  settlement.last_error = said.why;
  settlement.needs_attention = !settlement.due_in;
  decision.attempt_settlement = std::move(settlement);
  return decision;
}

Decision settle(const Case& here, const Pending& said) {
  if (is_overtaken(here)) return unchanged(here.payment);
  const bool payer_is_done = here.payment.status == Status::requires_action;
  auto decision =
      payer_is_done ? move(here.payment, Trigger::begin, here.situation.now) : unchanged(here.payment);
  decision.payment.next_action.reset();
  auto settlement = open_still(here, AttemptOutcome::pending, said.reference);
  if (!settlement.due_in) settlement.due_in = day;
  decision.attempt_settlement = std::move(settlement);
  return decision;
}

/// A payer who never comes must not keep the payment for ever: where the provider names no end, there is as
/// much time as a pending payment has, from the first time on.
Timestamp end_of_action(const Case& here, const ActionRequired& said) {
  if (said.expires_at) return *said.expires_at;
  const auto& before = here.payment.next_action;
  const auto end = before && before->url == said.url ? before->expires_at : std::nullopt;
  if (end) return *end;
  return here.situation.now + here.situation.lifetimes.pending.value_or(24h);
}

Decision settle(const Case& here, const ActionRequired& said) {
  if (!here.authorizes())
    return settle(here, Unknown{.why = "an action was asked for that is none of the payer's",
                                .reference = said.reference,
                                .contact = Contact::answered});
  const auto end = end_of_action(here, said);
  const NextAction action{.url = said.url, .expires_at = end};
  auto decision = here.payment.next_action == action
                      ? unchanged(here.payment)
                      : move(here.payment, Trigger::action_required, here.situation.now);
  decision.payment.next_action = action;
  auto settlement = open_still(here, AttemptOutcome::pending, said.reference);
  if (!settlement.due_in) settlement.due_in = day;
  if (end > here.situation.now) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - here.situation.now);
    settlement.due_in = std::min(*settlement.due_in, left);
  }
  decision.attempt_settlement = std::move(settlement);
  decision.key = waiting_key(here);
  return decision;
}

// ---- and none of these ----

/// What whoever waited for an attempt that somebody else has settled is told. Only a try to authorize leaves
/// a payment `pending`; what becomes of any other is the event after the ask. An older refusal is not its
/// own.
Decision as_it_is(const Payment& payment, const SettleAttempt& command) {
  const bool is_its_own =
      payment.status == Status::pending || payment.version == command.asked_at_version + 1;
  if (has_open_attempt(payment) || !payment.last_error || !is_its_own) return unchanged(payment);
  // That nothing was done would not be true.
  const auto& error = payment.last_error->code;
  const bool was_done = std::holds_alternative<Succeeded>(command.outcome);
  if (was_done && error == name(ErrorCode::unavailable)) return unchanged(payment);
  return {.payment = payment, .refusal = find_error_code(error)};
}

/// Only then the table of transitions has a row for whatever is said.
bool fits(AttemptKind kind, Status status) {
  switch (kind) {
    case AttemptKind::authorize:
      return status == Status::processing || status == Status::requires_action;
    case AttemptKind::capture:
    case AttemptKind::void_authorization:
      return status == Status::authorized;
    case AttemptKind::refund:
      return status == Status::paid || status == Status::partially_refunded;
  }
  bug("an enumeration has another value");
}

}  // namespace

Result<Decision> decide(const Payment& payment, const Attempt* open, const SettleAttempt& command,
                        const Situation& situation) {
  if (!open || !open->call || open->id != command.attempt) return as_it_is(payment, command);
  if (!has_open_attempt(payment) || !fits(open->kind, payment.status)) return as_it_is(payment, command);
  const Case here{
      .payment = payment, .open = *open, .command = command, .situation = situation, .call = *open->call};
  return std::visit([&](const auto& said) { return settle(here, said); }, command.outcome);
}

}  // namespace pay
