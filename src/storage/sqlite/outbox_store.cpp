#include "storage/sqlite/outbox_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "storage/notification_columns.hpp"
#include "storage/sqlite/read_transaction.hpp"

namespace pay::sqlite {
namespace {

using namespace std::chrono_literals;

/// What waits behind another is looked at again after so long at the latest: somebody may have asked for the
/// other before its time.
constexpr std::chrono::microseconds longest_wait = 1min;
/// And not sooner: a claim that looked at all that wait, every time, would be slow.
constexpr std::chrono::microseconds short_wait = 200ms;

}  // namespace

SqliteOutboxStore::SqliteOutboxStore(Connection connection)
    : connection_(std::move(connection)),
      begin_(connection_.prepare("BEGIN")),
      due_(connection_.prepare("SELECT id, due_at FROM notifications INDEXED BY notifications_by_due "
                               "WHERE client = ? AND status = 'pending' AND due_at <= ? ORDER BY due_at")),
      older_due_(connection_.prepare(
          "SELECT MAX(o.due_at) FROM notifications n JOIN notifications o ON o.payment_id = n.payment_id "
          "AND o.sequence < n.sequence AND o.status = 'pending' WHERE n.id = ?")),
      claimed_(connection_.prepare(
          fmt::format("SELECT {} FROM {} WHERE n.id = ?", columns::claimed, columns::from_claimed))),
      first_waiting_(connection_.prepare("SELECT client FROM notifications INDEXED BY notifications_by_due "
                                         "WHERE status = 'pending' ORDER BY client LIMIT 1")),
      next_waiting_(connection_.prepare("SELECT client FROM notifications INDEXED BY notifications_by_due "
                                        "WHERE status = 'pending' AND client > ? ORDER BY client LIMIT 1")) {}

/// One step into the index a client, however much waits for it.
std::vector<std::string> SqliteOutboxStore::list_waiting() {
  std::vector<std::string> clients;
  const auto take = [&](const Statement& row) { clients.emplace_back(row.text(0)); };
  first_waiting_.each(take);
  for (std::size_t known = 0; known < clients.size();) {
    known = clients.size();
    next_waiting_.parameters().text(std::string(clients.back()));
    next_waiting_.each(take);
  }
  return clients;
}

std::vector<Claimed> SqliteOutboxStore::claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                                              Timestamp now) {
  leases_.forget_old(now);
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
    const auto id = due_.integer(0);
    const auto due_at = due_.integer(1);
    if (leases_.has(id, due_at, now)) continue;
    if (const auto older = waits_for(id)) {
      leases_.put_aside(
          id, {.due_at = due_at, .until = std::clamp(*older, now + short_wait, now + longest_wait)});
      continue;
    }
    leases_.put_aside(id, {.due_at = due_at, .until = now + lease});
    ids.push_back(id);
  }
  return ids;
}

std::optional<Timestamp> SqliteOutboxStore::waits_for(std::int64_t id) {
  older_due_.parameters().integer(id);
  std::optional<Timestamp> due;
  older_due_.each([&](const Statement& row) {
    if (!row.is_null(0)) due = columns::to_time(row.integer(0));
  });
  return due;
}

}  // namespace pay::sqlite
