#include "command/batch.hpp"

#include <concepts>

#include "base/sort_unique.hpp"
#include "command/workbench.hpp"

namespace pay {
namespace {

/// What a job is decided in.
struct Surroundings {
  Workbench& bench;
  const Situation& situation;
  const Scope& scope;
};

Result<Reply> run(const CreatePayment& command, const Surroundings& here) {
  auto decision = decide(command, here.situation);
  if (!decision) return std::unexpected(std::move(decision.error()));
  here.bench.apply(*decision, here.situation);
  return PaymentReply{.payment = std::move(decision->payment)};
}

template <class OnOnePayment>
Result<Reply> run(const OnOnePayment& command, const Surroundings& here) {
  const auto* payment = here.bench.find(command.id, here.scope);
  if (!payment) return fail(ErrorCode::not_found);
  auto decision = decide(*payment, command, here.situation);
  if (!decision) return std::unexpected(std::move(decision.error()));
  here.bench.apply(*decision, here.situation);
  return PaymentReply{.refusal = decision->refusal, .payment = std::move(decision->payment)};
}

Result<Reply> run(const UndoOrder& command, const Surroundings& here) {
  for (const auto& payment : here.bench.of_order(command.order_id, here.scope)) {
    const auto undone = decide(payment, UndoPayment{.id = payment.id}, here.situation);
    if (undone) here.bench.apply(*undone, here.situation);
  }
  return OrderReply{.order_id = command.order_id,
                    .payments = here.bench.of_order(command.order_id, here.scope)};
}

Result<Reply> run(const RetryNotification& command, const Surroundings& here) {
  const auto* loaded = here.bench.find(command.id, here.scope);
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

/// What a key has kept, told again. Nothing when the key is new.
std::optional<Result<Reply>> replay(const Protection& protection, const Surroundings& here) {
  const auto* kept = here.bench.find(protection.key);
  if (!kept) return std::nullopt;
  const auto& record = kept->record;
  if (record.fingerprint != protection.fingerprint) return fail(ErrorCode::idempotency_key_reused);
  if (record.state == KeyState::running) return fail(ErrorCode::idempotency_key_in_use);
  if (record.payment.value == 0) {
    return OrderReply{.order_id = record.order,
                      .payments = here.bench.of_order(record.order, here.scope),
                      .replayed = true};
  }
  if (!kept->payment) return fail(ErrorCode::not_found);
  const auto refusal = find_error_code(record.outcome);
  if (!refusal && record.outcome != "ok") throw StoreRejected("a key has kept the outcome " + record.outcome);
  return PaymentReply{.refusal = refusal, .payment = *kept->payment, .replayed = true};
}

/// Keeps what a key protects, when it is about a payment or an order: nothing else is told again.
void keep(const Protection& protection, const Reply& reply, const Surroundings& here) {
  KeyRecord record{
      .key = protection.key, .fingerprint = protection.fingerprint, .created_at = here.situation.now};
  if (const auto* one = std::get_if<PaymentReply>(&reply)) {
    record.outcome = one->refusal ? name(*one->refusal) : "ok";
    record.payment = one->payment.id;
    record.sequence = one->payment.version;
    here.bench.keep(std::move(record), one->payment);
  } else if (const auto* order = std::get_if<OrderReply>(&reply)) {
    record.outcome = "ok";
    record.order = order->order_id;
    here.bench.keep(std::move(record), std::nullopt);
  }
}

Result<Reply> run_job(const Job& job, Workbench& bench, const Situation& situation) {
  const Surroundings here{.bench = bench, .situation = situation, .scope = job.scope};
  if (job.protection) {
    if (auto told = replay(*job.protection, here)) return std::move(*told);
  }
  auto reply = std::visit([&](const auto& command) { return run(command, here); }, job.command);
  if (job.protection && reply) keep(*job.protection, *reply, here);
  return reply;
}

void want(const CreatePayment&, const Scope&, Wanted& wanted) {
  ++wanted.new_payments;
}
void want(const ProcessPayment& command, const Scope&, Wanted& wanted) {
  wanted.payments.push_back(command.id);
  ++wanted.new_attempts;
  ++wanted.new_notifications;
}
void want(const CapturePayment& command, const Scope&, Wanted& wanted) {
  wanted.payments.push_back(command.id);
  ++wanted.new_notifications;
}
template <class RefundOrUndo>
  requires std::same_as<RefundOrUndo, RefundPayment> || std::same_as<RefundOrUndo, UndoPayment>
void want(const RefundOrUndo& command, const Scope&, Wanted& wanted) {
  wanted.payments.push_back(command.id);
  ++wanted.new_refunds;
  ++wanted.new_notifications;
}
template <class CancelOrExpire>
  requires std::same_as<CancelOrExpire, CancelPayment> || std::same_as<CancelOrExpire, ExpirePayment>
void want(const CancelOrExpire& command, const Scope&, Wanted& wanted) {
  wanted.payments.push_back(command.id);
}
void want(const UndoOrder& command, const Scope& scope, Wanted& wanted) {
  wanted.orders.push_back({.id = command.order_id, .client = scope});
  wanted.new_refunds += max_payments_per_order;
  wanted.new_notifications += max_payments_per_order;
}
void want(const RetryNotification& command, const Scope&, Wanted& wanted) {
  wanted.notifications.push_back(command.id);
}
void want(const SettleNotifications&, const Scope&, Wanted&) {}

}  // namespace

Wanted what_is_wanted(std::span<const Job> jobs) {
  Wanted wanted;
  for (const auto& job : jobs) {
    if (job.protection) wanted.keys.push_back(job.protection->key);
    std::visit([&](const auto& command) { want(command, job.scope, wanted); }, job.command);
  }
  sort_unique(wanted.payments);
  sort_unique(wanted.orders);
  sort_unique(wanted.keys);
  sort_unique(wanted.notifications);
  return wanted;
}

BatchOutcome decide_batch(std::span<const Job> jobs, Loaded loaded, const Situation& situation) {
  Workbench bench(std::move(loaded));
  BatchOutcome outcome;
  outcome.replies.reserve(jobs.size());
  for (const auto& job : jobs) outcome.replies.push_back(run_job(job, bench, situation));
  outcome.changes = bench.take_changes();
  return outcome;
}

}  // namespace pay
