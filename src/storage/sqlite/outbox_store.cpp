#include "storage/sqlite/outbox_store.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "storage/notification_columns.hpp"
#include "storage/sqlite/read_transaction.hpp"

namespace pay::sqlite {

SqliteOutboxStore::SqliteOutboxStore(Connection connection)
    : connection_(std::move(connection)),
      begin_(connection_.prepare("BEGIN")),
      due_(connection_.prepare(
          "SELECT id, attempts, due_at FROM notifications n INDEXED BY notifications_by_due "
          "WHERE client = ? AND status = 'pending' AND due_at <= ? AND NOT EXISTS "
          "(SELECT 1 FROM notifications o WHERE o.payment_id = n.payment_id AND o.sequence < n.sequence "
          "AND o.status = 'pending') ORDER BY due_at")),
      claimed_(connection_.prepare(
          fmt::format("SELECT {} FROM {} WHERE n.id = ?", columns::claimed, columns::from_claimed))) {}

std::vector<Claimed> SqliteOutboxStore::claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                                              Timestamp now) {
  forget_old_leases(now);
  std::vector<Claimed> claimed;
  const ReadTransaction transaction(connection_, begin_);
  for (const auto& ask : asks) {
    for (const auto id : lease_due(ask, lease, now)) {
      claimed_.parameters().integer(id);
      try {
        claimed_.each([&](const Statement& row) { claimed.push_back(columns::read_claimed(row)); });
      } catch (const StoreRejected& e) {
        // Of no use to anybody until it is repaired, and no reason to keep the others waiting.
        log::warn("a notification cannot be read", {{"notification_id", id}, {"reason", e.what()}});
      }
    }
  }
  return claimed;
}

std::vector<std::int64_t> SqliteOutboxStore::lease_due(const Ask& ask, std::chrono::milliseconds lease,
                                                       Timestamp now) {
  std::vector<std::int64_t> ids;
  auto parameters = due_.parameters();
  parameters.text(ask.client);
  parameters.integer(columns::to_integer(now));
  const Statement::Release release{due_};
  while (ids.size() < ask.limit && due_.next()) {
    if (is_leased(due_, now)) continue;
    const auto id = due_.integer(0);
    leases_[id] = {.attempts = due_.integer(1), .due_at = due_.integer(2), .until = now + lease};
    endings_.push_back({.id = id, .at = now + lease});
    ids.push_back(id);
  }
  return ids;
}

bool SqliteOutboxStore::is_leased(const Statement& candidate, Timestamp now) const {
  const auto found = leases_.find(candidate.integer(0));
  if (found == leases_.end()) return false;
  const auto& lease = found->second;
  const bool was_settled = candidate.integer(1) > lease.attempts || candidate.integer(2) != lease.due_at;
  return lease.until > now && !was_settled;
}

void SqliteOutboxStore::forget_old_leases(Timestamp now) {
  while (!endings_.empty() && endings_.front().at <= now) {
    const auto found = leases_.find(endings_.front().id);
    const bool was_claimed_again = found != leases_.end() && found->second.until > now;
    if (found != leases_.end() && !was_claimed_again) leases_.erase(found);
    endings_.pop_front();
  }
}

}  // namespace pay::sqlite
