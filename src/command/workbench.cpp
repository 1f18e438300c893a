#include "command/workbench.hpp"

#include <algorithm>

namespace pay {
namespace {

bool is_seen(const std::string& client, const Scope& scope) {
  return !scope || *scope == client;
}

}  // namespace

Workbench::Workbench(Loaded loaded) {
  changes_.events.reserve(loaded.payments.size());
  changes_.attempts.reserve(loaded.payments.size());
  payments_.reserve(loaded.payments.size());
  for (auto& payment : loaded.payments) {
    const auto id = payment.id;
    payments_.emplace(id, Slot{.payment = std::move(payment)});
  }
  for (auto& attempt : loaded.attempts) {
    const auto payment = attempt.payment_id;
    open_attempts_.emplace(payment, std::move(attempt));
  }
  for (auto& one : loaded.notifications) {
    const auto id = one.notification.id;
    notifications_.emplace(id, std::move(one));
  }
  for (auto& key : loaded.keys) {
    auto id = key.record.key;
    keys_.emplace(std::move(id), std::move(key));
  }
}

const Payment* Workbench::find(PaymentId id, const Scope& scope) const {
  const auto found = payments_.find(id);
  if (found == payments_.end()) return nullptr;
  const auto& payment = found->second.payment;
  return is_seen(payment.client, scope) ? &payment : nullptr;
}

const LoadedNotification* Workbench::find(NotificationId id, const Scope& scope) const {
  const auto found = notifications_.find(id);
  if (found == notifications_.end()) return nullptr;
  return is_seen(found->second.notification.client, scope) ? &found->second : nullptr;
}

const LoadedKey* Workbench::find(const IdempotencyKey& key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? nullptr : &found->second;
}

const Attempt* Workbench::open_attempt(PaymentId id) const {
  const auto found = open_attempts_.find(id);
  return found == open_attempts_.end() ? nullptr : &found->second;
}

std::vector<Payment> Workbench::of_order(OrderId order, const Scope& scope) const {
  std::vector<const Payment*> found;
  for (const auto& [id, slot] : payments_) {
    const auto& payment = slot.payment;
    if (payment.order_id == order && is_seen(payment.client, scope)) found.push_back(&payment);
  }
  std::ranges::sort(found, std::greater{}, &Payment::id);
  if (found.size() > max_payments_per_order) found.resize(max_payments_per_order);
  std::vector<Payment> payments;
  payments.reserve(found.size());
  for (const auto* payment : found) payments.push_back(*payment);
  return payments;
}

void Workbench::apply(const Decision& decision, const Situation& situation) {
  if (auto settlement = decision.attempt_settlement) {
    settlement->at = situation.now;
    settle(decision.payment.id, *settlement);
  }
  if (decision.refund_settlement) changes_.refund_settlements.push_back(*decision.refund_settlement);
  if (decision.attempt) {
    changes_.attempts.push_back(*decision.attempt);
    if (decision.attempt->call) open_attempts_.insert_or_assign(decision.payment.id, *decision.attempt);
  }
  if (decision.refund) changes_.refunds.push_back(*decision.refund);
  if (decision.event) {
    changes_.events.push_back(
        {.type = *decision.event, .after = decision.payment, .reason = decision.event_reason});
    tell(changes_.events.back(), situation);
  }
  if (decision.event || decision.custody_changed) put(decision);
  if (decision.key) end_key(*decision.key, decision);
}

void Workbench::put(const Decision& decision) {
  const bool created = decision.event == EventType::created;
  auto [slot, is_new] =
      payments_.try_emplace(decision.payment.id, Slot{.payment = decision.payment, .created = created});
  if (!is_new) slot->second.payment = decision.payment;
  if (!slot->second.changed) order_of_change_.push_back(decision.payment.id);
  slot->second.changed = true;
}

void Workbench::settle(PaymentId payment, const AttemptSettlement& settlement) {
  changes_.attempt_settlements.push_back(settlement);
  const auto found = open_attempts_.find(payment);
  if (found == open_attempts_.end() || found->second.id != settlement.id) return;
  found->second = settled(std::move(found->second), settlement);
  // For jobs of the same batch, which all have this clock.
  if (auto& call = found->second.call) {
    call->due_at.reset();
    if (settlement.due_in) call->due_at = settlement.at + *settlement.due_in;
  }
  if (is_final(found->second.outcome)) open_attempts_.erase(found);
}

/// For jobs of the same batch a key that is released is in use until the commit: its row is there till then.
void Workbench::end_key(const IdempotencyKey& key, const Decision& decision) {
  if (decision.key_end == Decision::KeyEnd::released) {
    changes_.released_keys.push_back(key);
    return;
  }
  KeyRecord record{.key = key,
                   .outcome = std::string(decision.refusal ? name(*decision.refusal) : outcome_ok),
                   .payment = decision.payment.id,
                   .sequence = decision.payment.version};
  const auto found = keys_.find(record.key);
  if (found != keys_.end()) {
    auto& kept = found->second;
    record.fingerprint = kept.record.fingerprint;
    record.created_at = kept.record.created_at;
    if (kept.record.state == KeyState::running) kept = {.record = record, .payment = decision.payment};
  }
  changes_.finished_keys.push_back(std::move(record));
}

void Workbench::tell(const Event& event, const Situation& situation) {
  const auto& payment = event.after;
  const auto* telling = situation.telling;
  if (!telling || !is_told(event.type) || !telling->is_told(payment.client)) return;
  const auto at = payment.updated_at;
  const bool is_first = event.type == EventType::paid;
  changes_.notifications.push_back({.id = situation.ids.next_notification_id(),
                                    .payment_id = payment.id,
                                    .sequence = payment.version,
                                    .type = event.type,
                                    .client = payment.client,
                                    .created_at = at,
                                    .updated_at = at,
                                    .due_at = is_first ? at + telling->first_try : at});
}

void Workbench::settle(const Settlement& settlement) {
  changes_.settlements.push_back(settlement);
  see(settlement);
}

/// For jobs of the same batch that work on a notification.
void Workbench::see(const Settlement& settlement) {
  const auto found = notifications_.find(settlement.id);
  if (found == notifications_.end()) return;
  auto& its = found->second.notification;
  its = settled(std::move(its), settlement);
  if (its.status == NotificationStatus::dead) return;
  for (auto& [id, other] : notifications_) {
    const auto& older = other.notification;
    if (older.payment_id == its.payment_id && older.sequence < its.sequence) other.overtaken = true;
  }
}

void Workbench::keep(KeyRecord record, std::optional<Payment> payment) {
  changes_.keys.push_back(record);
  auto key = record.key;
  keys_.emplace(std::move(key), LoadedKey{.record = std::move(record), .payment = std::move(payment)});
}

Changes Workbench::take_changes() {
  changes_.updated.reserve(order_of_change_.size());
  for (const auto id : order_of_change_) {
    auto& slot = payments_.at(id);
    (slot.created ? changes_.created : changes_.updated).push_back(std::move(slot.payment));
  }
  return std::move(changes_);
}

}  // namespace pay
