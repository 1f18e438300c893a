#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "storage/store.hpp"

namespace pay::test {

/// What a MemoryStore keeps and what it is told to do, shared with the test: the store itself belongs to
/// whoever runs it. Hooks are set before the store is used and run on its thread; what they throw, the call
/// throws.
struct Memory {
  std::function<void()> on_load = [] {};
  std::function<void(const Changes&)> before_commit = [](const Changes&) {};
  std::function<void()> after_commit = [] {};
  std::function<bool()> on_resolve = [] { return false; };
  std::function<std::size_t(Timestamp, std::size_t)> on_delete_keys = [](Timestamp, std::size_t) {
    return std::size_t{0};
  };
  std::function<std::size_t(Timestamp, std::size_t)> on_delete_delivered = [](Timestamp, std::size_t) {
    return std::size_t{0};
  };
  std::function<void()> on_keep_house = [] {};
  std::function<void()> on_close = [] {};
  /// The database's clock: what is due when is counted by it.
  std::function<Timestamp()> now = [] { return Timestamp{}; };

  // What was committed. Read when the store rests.
  std::map<PaymentId, Payment> payments;
  std::map<IdempotencyKey, KeyRecord> keys;
  std::vector<Event> events;
  std::vector<Attempt> attempts;
  std::vector<Refund> refunds;
  std::map<NotificationId, Notification> notifications;
  int commits = 0;
  int roll_backs = 0;

  /// The payment as it was after an event.
  [[nodiscard]] std::optional<Payment> state(PaymentId id, std::int64_t sequence) const {
    const auto found = std::ranges::find_if(
        events, [&](const Event& e) { return e.after.id == id && e.after.version == sequence; });
    return found == events.end() ? std::nullopt : std::optional(found->after);
  }

  void apply(const Changes& changes) {
    for (const auto& payment : changes.created) payments.emplace(payment.id, payment);
    for (const auto& payment : changes.updated) payments.insert_or_assign(payment.id, payment);
    for (const auto& record : changes.keys) keys.emplace(record.key, record);
    for (const auto& record : changes.finished_keys) finish(record);
    for (const auto& key : changes.released_keys) release(key);
    events.insert(events.end(), changes.events.begin(), changes.events.end());
    attempts.insert(attempts.end(), changes.attempts.begin(), changes.attempts.end());
    for (const auto& settlement : changes.attempt_settlements) settle(settlement);
    refunds.insert(refunds.end(), changes.refunds.begin(), changes.refunds.end());
    for (const auto& settlement : changes.refund_settlements) settle(settlement);
    for (const auto& notification : changes.notifications)
      notifications.emplace(notification.id, notification);
    for (const auto& settlement : changes.settlements) settle(settlement);
    ++commits;
  }

  /// Of a key only what a reply makes of it; one that is not running stays as it is.
  void finish(const KeyRecord& record) {
    const auto found = keys.find(record.key);
    if (found == keys.end() || found->second.state != KeyState::running) return;
    auto& row = found->second;
    row.state = record.state;
    row.outcome = record.outcome;
    row.payment = record.payment;
    row.sequence = record.sequence;
  }
  void release(const IdempotencyKey& key) {
    const auto found = keys.find(key);
    if (found != keys.end() && found->second.state == KeyState::running) keys.erase(found);
  }

  void settle(const AttemptSettlement& settlement) {
    const auto found = std::ranges::find(attempts, settlement.id, &Attempt::id);
    if (found == attempts.end() || is_final(found->outcome)) return;
    *found = settled(std::move(*found), settlement);
    if (!found->call) return;
    found->call->due_at.reset();
    if (settlement.due_in) found->call->due_at = now() + *settlement.due_in;
  }
  void settle(const RefundSettlement& settlement) {
    const auto found = std::ranges::find(refunds, settlement.id, &Refund::id);
    if (found != refunds.end()) found->status = settlement.status;
  }

  /// As the port has it; a settlement of nothing is none. Whatever its claim: one process tries.
  void settle(const Settlement& settlement) {
    const auto found = notifications.find(settlement.id);
    if (found == notifications.end()) return;
    auto& row = found->second;
    using Kind = Settlement::Kind;
    const bool counts = settlement.kind == Kind::retried ? row.status != NotificationStatus::delivered
                                                         : row.status == NotificationStatus::pending;
    if (!counts) return;
    row.due_at = settlement.at;
    if (settlement.kind == Kind::released) return;
    row.updated_at = settlement.at;
    if (settlement.kind == Kind::retried) {
      row.status = NotificationStatus::pending;
      row.attempts = 0;
      return;
    }
    ++row.attempts;
    row.last_error = settlement.kind == Kind::delivered ? "" : settlement.last_error;
    if (settlement.kind == Kind::delivered) row.status = NotificationStatus::delivered;
    if (settlement.kind == Kind::dead) row.status = NotificationStatus::dead;
    if (settlement.kind == Kind::failed) row.due_at += settlement.retry_in;
  }

  [[nodiscard]] Loaded load(const Wanted& wanted) const {
    Loaded loaded;
    for (const auto id : wanted.payments) {
      if (const auto found = payments.find(id); found != payments.end())
        loaded.payments.push_back(found->second);
    }
    for (const auto& order : wanted.orders) {
      for (auto& payment : of_order(order)) {
        if (std::ranges::find(loaded.payments, payment.id, &Payment::id) == loaded.payments.end())
          loaded.payments.push_back(std::move(payment));
      }
    }
    for (const auto& key : wanted.keys) {
      const auto found = keys.find(key);
      if (found == keys.end()) continue;
      loaded.keys.push_back(
          {.record = found->second, .payment = state(found->second.payment, found->second.sequence)});
    }
    std::ranges::copy_if(attempts, std::back_inserter(loaded.attempts), [&](const Attempt& attempt) {
      return attempt.call && !is_final(attempt.outcome) &&
             std::ranges::binary_search(wanted.open_attempts_of, attempt.payment_id);
    });
    for (const auto id : wanted.notifications) {
      const auto found = notifications.find(id);
      if (found == notifications.end()) continue;
      const auto overtakes = [&](const auto& later) {
        return later.second.payment_id == found->second.payment_id &&
               later.second.sequence > found->second.sequence &&
               later.second.status != NotificationStatus::dead;
      };
      loaded.notifications.push_back(
          {.notification = found->second, .overtaken = std::ranges::any_of(notifications, overtakes)});
    }
    return loaded;
  }

  /// First what is not undone, newest first, as the port has it.
  [[nodiscard]] std::vector<Payment> of_order(const WantedOrder& order) const {
    std::vector<Payment> found;
    for (const auto& [id, payment] : payments) {
      const bool is_visible = !order.client || payment.client == *order.client;
      if (payment.order_id == order.id && is_visible) found.push_back(payment);
    }
    std::ranges::sort(found, {}, [](const Payment& p) {
      const bool undone = p.status == Status::canceled || p.status == Status::refunded;
      return std::pair(undone, -p.id.value);
    });
    if (found.size() > max_payments_per_order) found.resize(max_payments_per_order, found.front());
    return found;
  }
};

/// A WriteStore on a Memory, with the port's rules: ids come back after a roll-back.
class MemoryStore final : public WriteStore {
 public:
  explicit MemoryStore(Memory& memory) : memory_(memory) {}

  Loaded load(const Wanted& wanted) override {
    memory_.on_load();
    return memory_.load(wanted);
  }
  void save(const Changes& changes) override {
    try {
      memory_.before_commit(changes);
    } catch (...) {
      ids_ = committed_ids_;
      throw;
    }
    memory_.apply(changes);
    committed_ids_ = ids_;
    memory_.after_commit();
  }
  void roll_back() override {
    ids_ = committed_ids_;
    ++memory_.roll_backs;
  }
  bool resolve_lost_commit() override { return memory_.on_resolve(); }
  std::size_t delete_keys_before(Timestamp time, std::size_t limit) override {
    return memory_.on_delete_keys(time, limit);
  }
  std::size_t delete_delivered_before(Timestamp time, std::size_t limit) override {
    return memory_.on_delete_delivered(time, limit);
  }
  void keep_house() override { memory_.on_keep_house(); }
  void close() override { memory_.on_close(); }

  PaymentId next_payment_id() override { return {ids_.payment++}; }
  RefundId next_refund_id() override { return {ids_.refund++}; }
  AttemptId next_attempt_id() override { return {ids_.attempt++}; }
  NotificationId next_notification_id() override { return {ids_.notification++}; }

 private:
  struct Ids {
    std::int64_t payment = 1;
    std::int64_t refund = 1;
    std::int64_t attempt = 1;
    std::int64_t notification = 1;
  };
  Memory& memory_;
  Ids committed_ids_;
  Ids ids_;
};

}  // namespace pay::test
