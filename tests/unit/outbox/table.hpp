#pragma once

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <vector>

#include "storage/errors.hpp"
#include "storage/outbox_store.hpp"
#include "unit/outbox/samples.hpp"

namespace pay::test {

/// The outbox's rows in memory, with the rules of the port. Thread-safe.
class Table {
 public:
  struct Row {
    Notification notification;
    Event event;
    std::string claim{};
  };

  void add(const Notification& notification, const Event& event) {
    const std::lock_guard lock(mutex_);
    rows_.insert_or_assign(notification.id, Row{notification, event});
  }

  std::vector<Claimed> claim(std::span<const OutboxStore::Ask> asks, std::chrono::milliseconds lease,
                             Timestamp now) {
    const std::lock_guard lock(mutex_);
    std::vector<Claimed> claimed;
    for (const auto& ask : asks) {
      std::set<PaymentId> seen;
      std::vector<Row*> due;
      for (auto& [id, row] : rows_) {
        auto& notification = row.notification;
        if (notification.client != ask.client || notification.status != NotificationStatus::pending) continue;
        if (seen.insert(notification.payment_id).second && notification.due_at <= now) due.push_back(&row);
      }
      std::ranges::sort(due, {}, [](const Row* row) { return row->notification.due_at; });
      if (due.size() > ask.limit) due.resize(ask.limit);
      for (auto* row : due) {
        row->notification.due_at = now + lease;
        row->claim = std::to_string(++claims_);
        claimed.push_back({row->notification, row->event, row->claim});
      }
    }
    return claimed;
  }

  /// As a claim that came a second time.
  [[nodiscard]] Claimed claimed(std::int64_t id) const {
    const std::lock_guard lock(mutex_);
    const auto& row = rows_.at({id});
    return {row.notification, row.event, row.claim};
  }

  [[nodiscard]] std::vector<std::string> list_waiting() const {
    std::set<std::string> clients;
    for (const auto& notification : all()) {
      if (notification.status == NotificationStatus::pending) clients.insert(notification.client);
    }
    return {clients.begin(), clients.end()};
  }

  void apply(const std::vector<Settlement>& settlements) {
    const std::lock_guard lock(mutex_);
    for (const auto& settlement : settlements) apply(rows_.at(settlement.id), settlement);
  }

  [[nodiscard]] std::vector<Notification> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<Notification> all;
    for (const auto& [id, row] : rows_) all.push_back(row.notification);
    return all;
  }
  [[nodiscard]] Notification get(std::int64_t id) const {
    const std::lock_guard lock(mutex_);
    return rows_.at({id}).notification;
  }

 private:
  /// What somebody says of a claim that another has taken over counts only when it was delivered.
  static void apply(Row& row, const Settlement& settlement) {
    using Kind = Settlement::Kind;
    auto& notification = row.notification;
    if (notification.status == NotificationStatus::delivered) return;
    if (settlement.kind != Kind::delivered && settlement.claim != row.claim) return;
    row.claim = "nobody";
    if (settlement.kind != Kind::released) ++notification.attempts;
    notification.last_error = settlement.last_error;
    notification.due_at = settlement.at + settlement.retry_in;
    if (settlement.kind == Kind::delivered) notification.status = NotificationStatus::delivered;
    if (settlement.kind == Kind::dead) notification.status = NotificationStatus::dead;
  }

  mutable std::mutex mutex_;
  std::map<NotificationId, Row> rows_;
  int claims_ = 0;
};

/// How often a TableStore was asked, and how often it is to break. Thread-safe.
class Faults {
 public:
  void fail_next(int times) {
    const std::lock_guard lock(mutex_);
    to_fail_ = times;
  }
  [[nodiscard]] int calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  void wait_for_calls(int count) {
    std::unique_lock lock(mutex_);
    if (!called_.wait_for(lock, 10s, [&] { return calls_ >= count; }))
      throw std::runtime_error("it never claimed");
  }
  /// Throws when it is time to.
  void on_call() {
    const std::lock_guard lock(mutex_);
    ++calls_;
    called_.notify_all();
    if (to_fail_ > 0 && to_fail_-- > 0) throw StoreUnavailable("the database is away");
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable called_;
  int calls_ = 0;
  int to_fail_ = 0;
};

/// Claims from a Table. The relay's thread calls it.
class TableStore final : public OutboxStore {
 public:
  TableStore(Table& table, Faults& faults) : table_(table), faults_(faults) {}

  std::vector<Claimed> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                             Timestamp now) override {
    faults_.on_call();
    return table_.claim(asks, lease, now);
  }
  std::vector<std::string> list_waiting() override { return table_.list_waiting(); }

 private:
  Table& table_;
  Faults& faults_;
};

}  // namespace pay::test
