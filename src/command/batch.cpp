#include "command/batch.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>

namespace pay {
namespace {

template <class... Functions>
struct Overload : Functions... {
  using Functions::operator()...;
};

/// The payments and keys that the jobs of one batch work on, and what became of them so far.
class Workbench {
 public:
  explicit Workbench(Loaded loaded) {
    payments_.reserve(loaded.payments.size());
    for (auto& payment : loaded.payments) {
      const auto id = payment.id;
      payments_.emplace(id, Slot{.payment = std::move(payment)});
    }
    for (auto& key : loaded.keys) {
      auto id = key.record.key;
      keys_.emplace(std::move(id), std::move(key));
    }
  }

  [[nodiscard]] const Payment* find(PaymentId id) const {
    const auto found = payments_.find(id);
    return found == payments_.end() ? nullptr : &found->second.payment;
  }

  [[nodiscard]] const LoadedKey* find(const IdempotencyKey& key) const {
    const auto found = keys_.find(key);
    return found == keys_.end() ? nullptr : &found->second;
  }

  /// Newest first.
  [[nodiscard]] std::vector<PaymentId> of_order(OrderId order) const {
    std::vector<PaymentId> ids;
    for (const auto& [id, slot] : payments_) {
      if (slot.payment.order_id == order) ids.push_back(id);
    }
    std::ranges::sort(ids, std::greater{});
    if (ids.size() > max_payments_per_order) ids.resize(max_payments_per_order);
    return ids;
  }

  void apply(const Decision& decision) {
    if (!decision.event) return;
    changes_.events.push_back(
        {.type = *decision.event, .after = decision.payment, .reason = decision.event_reason});
    if (decision.attempt) changes_.attempts.push_back(*decision.attempt);
    if (decision.refund) changes_.refunds.push_back(*decision.refund);
    const bool created = *decision.event == EventType::created;
    auto [slot, is_new] =
        payments_.try_emplace(decision.payment.id, Slot{.payment = decision.payment, .created = created});
    if (!is_new) slot->second.payment = decision.payment;
    if (!slot->second.changed) order_of_change_.push_back(decision.payment.id);
    slot->second.changed = true;
  }

  void keep(KeyRecord record, std::optional<Payment> payment) {
    changes_.keys.push_back(record);
    auto key = record.key;
    keys_.emplace(std::move(key), LoadedKey{.record = std::move(record), .payment = std::move(payment)});
  }

  Changes take_changes() {
    for (const auto id : order_of_change_) {
      auto& slot = payments_.at(id);
      (slot.created ? changes_.created : changes_.updated).push_back(std::move(slot.payment));
    }
    return std::move(changes_);
  }

 private:
  struct Slot {
    Payment payment;
    bool created = false;
    bool changed = false;
  };
  std::unordered_map<PaymentId, Slot> payments_;
  std::map<IdempotencyKey, LoadedKey> keys_;
  std::vector<PaymentId> order_of_change_;
  Changes changes_;
};

Result<Reply> run(const CreatePayment& command, Workbench& bench, const Situation& situation) {
  auto decision = decide(command, situation);
  if (!decision) return std::unexpected(std::move(decision.error()));
  bench.apply(*decision);
  return PaymentReply{.payment = std::move(decision->payment)};
}

template <class OnOnePayment>
Result<Reply> run(const OnOnePayment& command, Workbench& bench, const Situation& situation) {
  const auto* payment = bench.find(command.id);
  if (!payment) return fail(ErrorCode::not_found);
  auto decision = decide(*payment, command, situation);
  if (!decision) return std::unexpected(std::move(decision.error()));
  bench.apply(*decision);
  return PaymentReply{.refusal = decision->refusal, .payment = std::move(decision->payment)};
}

OrderReply order_as_it_is(OrderId order, const Workbench& bench) {
  OrderReply reply{.order_id = order};
  for (const auto id : bench.of_order(order)) reply.payments.push_back(*bench.find(id));
  return reply;
}

Result<Reply> run(const UndoOrder& command, Workbench& bench, const Situation& situation) {
  for (const auto id : bench.of_order(command.order_id)) {
    const auto undone = decide(*bench.find(id), UndoPayment{.id = id}, situation);
    if (undone) bench.apply(*undone);
  }
  return order_as_it_is(command.order_id, bench);
}

/// What a key has kept, told again. Nothing when the key is new.
std::optional<Result<Reply>> replay(const Protection& protection, const Workbench& bench) {
  const auto* kept = bench.find(protection.key);
  if (!kept) return std::nullopt;
  const auto& record = kept->record;
  if (record.fingerprint != protection.fingerprint) return fail(ErrorCode::idempotency_key_reused);
  if (record.state == KeyState::running) return fail(ErrorCode::idempotency_key_in_use);
  if (record.payment.value == 0) {
    auto reply = order_as_it_is(record.order, bench);
    reply.replayed = true;
    return reply;
  }
  if (!kept->payment) return fail(ErrorCode::not_found);
  const auto refusal = find_error_code(record.outcome);
  if (!refusal && record.outcome != "ok") throw StoreRejected("a key has kept the outcome " + record.outcome);
  return PaymentReply{.refusal = refusal, .payment = *kept->payment, .replayed = true};
}

KeyRecord record_of(const Protection& protection, const Reply& reply, Timestamp now) {
  KeyRecord record{.key = protection.key, .fingerprint = protection.fingerprint, .created_at = now};
  std::visit(Overload{[&](const PaymentReply& r) {
                        record.outcome = r.refusal ? name(*r.refusal) : "ok";
                        record.payment = r.payment.id;
                        record.sequence = r.payment.version;
                      },
                      [&](const OrderReply& r) {
                        record.outcome = "ok";
                        record.order = r.order_id;
                      }},
             reply);
  return record;
}

Result<Reply> run_job(const Job& job, Workbench& bench, const Situation& situation) {
  if (job.protection) {
    if (auto told = replay(*job.protection, bench)) return std::move(*told);
  }
  auto reply = std::visit([&](const auto& command) { return run(command, bench, situation); }, job.command);
  if (job.protection && reply) {
    const auto* one = std::get_if<PaymentReply>(&*reply);
    bench.keep(record_of(*job.protection, *reply, situation.now),
               one ? std::optional(one->payment) : std::nullopt);
  }
  return reply;
}

template <class T>
void sort_unique(std::vector<T>& values) {
  std::ranges::sort(values);
  const auto repeated = std::ranges::unique(values);
  values.erase(repeated.begin(), repeated.end());
}

}  // namespace

Wanted what_is_wanted(std::span<const Job> jobs) {
  Wanted wanted;
  for (const auto& job : jobs) {
    if (job.protection) wanted.keys.push_back(job.protection->key);
    std::visit(Overload{[&](const CreatePayment&) { ++wanted.new_payments; },
                        [&](const ProcessPayment& c) {
                          wanted.payments.push_back(c.id);
                          ++wanted.new_attempts;
                        },
                        [&](const RefundPayment& c) {
                          wanted.payments.push_back(c.id);
                          ++wanted.new_refunds;
                        },
                        [&](const UndoPayment& c) {
                          wanted.payments.push_back(c.id);
                          ++wanted.new_refunds;
                        },
                        [&](const UndoOrder& c) {
                          wanted.orders.push_back(c.order_id);
                          wanted.new_refunds += max_payments_per_order;
                        },
                        [&](const auto& c) { wanted.payments.push_back(c.id); }},
               job.command);
  }
  sort_unique(wanted.payments);
  sort_unique(wanted.orders);
  sort_unique(wanted.keys);
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
