#include "command/batch.hpp"

#include <algorithm>
#include <concepts>

#include "base/bug.hpp"
#include "command/asking.hpp"
#include "command/instruction.hpp"
#include "command/workbench.hpp"

namespace pay {
namespace {

/// What a job is decided in.
struct Surroundings {
  Workbench& bench;
  const Situation& situation;
  const Job& job;
};

// ---- how each is run ----

std::unexpected<Error> nobody_was_asked() {
  return fail(ErrorCode::unavailable,
              {.en = "No provider could be reached, and nothing was done: try again later.",
               .fr = "Aucun prestataire n'a pu être joint, rien n'a été fait : réessayez plus tard."});
}

const std::shared_ptr<const Card>* card_of(const Command& command) {
  const auto* process = std::get_if<ProcessPayment>(&command);
  return process ? &process->card : nullptr;
}

/// The provider hears of the attempt as it is now, and for the first time of the card too.
Ask ask(const Decision& decision, const Attempt& attempt, std::optional<Timestamp> was_due,
        const Surroundings& here) {
  const auto& payment = decision.payment;
  const auto* asking = here.situation.asking;
  const std::string_view public_url = asking ? std::string_view(asking->public_url) : "";
  Ask ask{.instruction = instruction_of(payment, attempt, public_url),
          .meanwhile = {.refusal = {}, .payment = payment},
          .look_up = decision.asks == Decision::Asks::look_up,
          .was_due = was_due};
  if (const auto* card = card_of(here.job.command)) ask.instruction->card = *card;
  return ask;
}

std::optional<Timestamp> due_of(const Attempt* open) {
  return open && open->call ? open->call->due_at : std::nullopt;
}

/// Makes it last with the batch, and a reply of it.
Result<Reply> finish(Result<Decision> decision, const Surroundings& here) {
  if (!decision) return std::unexpected(std::move(decision.error()));
  auto& [bench, situation, job] = here;
  auto& begun = decision->attempt;
  if (begun && begun->call && job.protection) begun->call->waiting = job.protection->key;
  const bool is_look_up = decision->asks == Decision::Asks::look_up;
  const auto was_due = is_look_up ? due_of(bench.open_attempt(decision->payment.id)) : std::nullopt;
  bench.apply(*decision, situation);
  if (decision->asks != Decision::Asks::nothing) {
    const auto* open = bench.open_attempt(decision->payment.id);
    if (!open) bug("a provider is to be asked about no attempt");
    return ask(*decision, *open, was_due, here);
  }
  if (decision->refusal == ErrorCode::unavailable) return nobody_was_asked();
  return PaymentReply{.refusal = decision->refusal, .payment = std::move(decision->payment)};
}

Result<Reply> run(const CreatePayment& command, const Surroundings& here) {
  return finish(decide(command, here.situation), here);
}

/// What nobody takes is not worth asking about what is open.
template <class Action>
std::optional<Error> refuse_source(const Payment&, const Action&, const Situation&) {
  return std::nullopt;
}
std::optional<Error> refuse_source(const Payment& payment, const ProcessPayment& command,
                                   const Situation& situation) {
  const auto* routing = asking_of(situation).routing;
  if (!routing || !routing->choices(payment, command.source).empty()) return std::nullopt;
  return nobody_takes(command.source);
}

/// What somebody wants done to a payment. While an attempt is open nothing else is begun. Nobody waits for
/// what time brings about, so that it is left to the schedule.
template <class Action>
Result<Reply> run(const Action& command, const Surroundings& here) {
  const auto* payment = here.bench.find(command.id, here.job.scope);
  if (!payment) return fail(ErrorCode::not_found);
  constexpr bool somebody_waits = !std::same_as<Action, ExpirePayment>;
  const bool looks_first = somebody_waits && here.job.may_ask && !here.job.has_looked;
  if (looks_first && has_open_attempt(*payment)) {
    if (auto refusal = refuse_source(*payment, command, here.situation))
      return std::unexpected(*std::move(refusal));
    return AskFirst{command.id};
  }
  return finish(decide(*payment, command, here.situation), here);
}

template <class OnTheOpenAttempt>
  requires std::same_as<OnTheOpenAttempt, SettleAttempt> || std::same_as<OnTheOpenAttempt, LookUpAttempt> ||
           std::same_as<OnTheOpenAttempt, HintAttempt>
Result<Reply> run(const OnTheOpenAttempt& command, const Surroundings& here) {
  const auto* payment = here.bench.find(command.id, here.job.scope);
  if (!payment) return fail(ErrorCode::not_found);
  return finish(decide(*payment, here.bench.open_attempt(command.id), command, here.situation), here);
}

/// For an operator it is done, whatever it means for whoever wanted to pay.
Result<Reply> run(const ResolveAttempt& command, const Surroundings& here) {
  const auto* payment = here.bench.find(command.id, here.job.scope);
  if (!payment) return fail(ErrorCode::not_found);
  auto decision = decide(*payment, here.bench.open_attempt(command.id), command, here.situation);
  if (!decision) return std::unexpected(std::move(decision.error()));
  here.bench.apply(*decision, here.situation);
  return PaymentReply{.refusal = {}, .payment = std::move(decision->payment)};
}

bool is_undone(const Payment& payment) {
  return payment.status == Status::refunded || payment.status == Status::canceled;
}

/// Whoever undoes an order must not take it for done while a provider has not given the money back. One that
/// refused to has spoken: its payment is shown as it is.
bool may_still_be_undone(const Payment& payment) {
  const bool was_refused = payment.last_error && payment.last_error->code == name(ErrorCode::card_declined);
  return payment.custody && !is_undone(payment) && (has_open_attempt(payment) || !was_refused);
}

std::unexpected<Error> not_undone_yet() {
  return fail(
      ErrorCode::unavailable,
      {.en = "A payment of this order is not undone yet, for its provider has not answered: try again.",
       .fr = "Un paiement de cette commande n'est pas encore annulé, son prestataire n'a pas répondu : "
             "réessayez."});
}

Result<Reply> run(const UndoOrder& command, const Surroundings& here) {
  std::vector<PaymentId> left;
  for (const auto& payment : here.bench.of_order(command.order_id, here.job.scope)) {
    if (here.job.may_ask && payment.custody && !is_undone(payment)) {
      left.push_back(payment.id);
      continue;
    }
    const auto undone = decide(payment, UndoPayment{.id = payment.id}, here.situation);
    if (undone) here.bench.apply(*undone, here.situation);
  }
  auto payments = here.bench.of_order(command.order_id, here.job.scope);
  if (left.empty() && std::ranges::any_of(payments, may_still_be_undone)) return not_undone_yet();
  return OrderReply{.order_id = command.order_id, .payments = std::move(payments), .left = std::move(left)};
}

Result<Reply> run(const RetryNotification& command, const Surroundings& here) {
  const auto* loaded = here.bench.find(command.id, here.job.scope);
  if (!loaded) return fail(ErrorCode::not_found);
  auto decision = decide(*loaded, command, here.situation);
  if (!decision) return std::unexpected(std::move(decision.error()));
  auto& [notification, settlement] = *decision;
  if (settlement) here.bench.settle(*settlement);
  return NotificationReply{.notification = std::move(notification)};
}

Result<Reply> run(const SettleNotifications& command, const Surroundings& here) {
  for (const auto& settlement : command.settlements) here.bench.settle(settlement);
  return Settled{};
}

// ---- what is kept with a key ----

/// What a key has kept, told again. Nothing when the key is new.
std::optional<Result<Reply>> replay(const Protection& protection, const Surroundings& here) {
  const auto* kept = here.bench.find(protection.key);
  if (!kept) return std::nullopt;
  const auto& record = kept->record;
  if (record.fingerprint != protection.fingerprint) return fail(ErrorCode::idempotency_key_reused);
  if (record.state == KeyState::running) return fail(ErrorCode::idempotency_key_in_use);
  if (record.payment.value == 0) {
    return OrderReply{.order_id = record.order,
                      .payments = here.bench.of_order(record.order, here.job.scope),
                      .replayed = true};
  }
  if (!kept->payment) return fail(ErrorCode::not_found);
  const auto refusal = find_error_code(record.outcome);
  if (!refusal && record.outcome != outcome_ok)
    throw StoreRejected("a key has kept the outcome " + record.outcome);
  return PaymentReply{.refusal = refusal, .payment = *kept->payment, .replayed = true};
}

/// Keeps what a key protects, when it is about a payment or an order: nothing else is told again. A key
/// whose command waits for a provider runs until the attempt is settled.
void keep(const Protection& protection, const Reply& reply, const Surroundings& here) {
  KeyRecord record{.key = protection.key,
                   .fingerprint = protection.fingerprint,
                   .outcome = std::string(outcome_ok),
                   .created_at = here.situation.now};
  const auto* order = std::get_if<OrderReply>(&reply);
  if (const auto* one = std::get_if<PaymentReply>(&reply)) {
    // Its provider has not answered yet: the same, asked later, may well be done.
    if (one->refusal == ErrorCode::invalid_state && has_open_attempt(one->payment)) return;
    if (one->refusal) record.outcome = name(*one->refusal);
    record.payment = one->payment.id;
    record.sequence = one->payment.version;
    here.bench.keep(std::move(record), one->payment);
  } else if (const auto* asked = std::get_if<Ask>(&reply); asked && !asked->look_up) {
    record.state = KeyState::running;
    record.payment = asked->meanwhile.payment.id;
    record.sequence = asked->meanwhile.payment.version;
    here.bench.keep(std::move(record), asked->meanwhile.payment);
  } else if (order && order->left.empty()) {
    record.order = order->order_id;
    here.bench.keep(std::move(record), std::nullopt);
  }
}

Result<Reply> run_job(const Job& job, Workbench& bench, Situation situation) {
  situation.may_ask = job.may_ask;
  const Surroundings here{.bench = bench, .situation = situation, .job = job};
  if (job.protection) {
    if (auto told = replay(*job.protection, here)) return std::move(*told);
  }
  auto reply = std::visit([&](const auto& command) { return run(command, here); }, job.command);
  // Whoever settles an attempt may be told what a key keeps by now, and keeps nothing itself.
  const bool keeps = !std::holds_alternative<SettleAttempt>(job.command);
  if (job.protection && keeps && reply) keep(*job.protection, *reply, here);
  return reply;
}

}  // namespace

BatchOutcome decide_batch(std::span<const Job> jobs, Loaded loaded, const Situation& situation) {
  Workbench bench(std::move(loaded));
  BatchOutcome outcome;
  outcome.replies.reserve(jobs.size());
  for (const auto& job : jobs) outcome.replies.push_back(run_job(job, bench, situation));
  outcome.changes = bench.take_changes();
  return outcome;
}

}  // namespace pay
