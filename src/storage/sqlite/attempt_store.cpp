#include "storage/sqlite/attempt_store.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "storage/attempt_columns.hpp"
#include "storage/sqlite/read_transaction.hpp"

namespace pay::sqlite {

SqliteAttemptStore::SqliteAttemptStore(const std::string& path)
    : path_(path),
      connection_(path, Connection::Mode::read_only),
      begin_(connection_.prepare("BEGIN")),
      due_(connection_.prepare(
          "SELECT attempt_id, due_at FROM provider_calls INDEXED BY provider_calls_by_due "
          "WHERE is_open = 1 AND provider = ? AND due_at <= ? ORDER BY due_at")),
      claimed_(connection_.prepare(
          fmt::format("SELECT {}, {} FROM provider_calls c JOIN attempts a ON a.id = c.attempt_id "
                      "JOIN payments p ON p.id = a.payment_id WHERE c.attempt_id = ? AND c.is_open = 1 "
                      "AND c.due_at IS NOT NULL",
                      columns::attempts_with_calls, columns::qualified("p", columns::payments)))),
      first_provider_(connection_.prepare("SELECT provider FROM provider_calls INDEXED BY "
                                          "provider_calls_by_due WHERE is_open = 1 "
                                          "ORDER BY provider LIMIT 1")),
      next_provider_(connection_.prepare("SELECT provider FROM provider_calls INDEXED BY "
                                         "provider_calls_by_due WHERE is_open = 1 AND provider > ? "
                                         "ORDER BY provider LIMIT 1")) {}

std::vector<ClaimedAttempt> SqliteAttemptStore::claim(std::span<const Ask> asks,
                                                      std::chrono::milliseconds lease, Timestamp now) {
  leases_.forget_old(now);
  std::vector<ClaimedAttempt> claimed;
  const ReadTransaction transaction(connection_, begin_);
  for (const auto& ask : asks) {
    for (const auto id : lease_due(ask, lease, now)) {
      if (auto attempt = read(id)) claimed.push_back(std::move(*attempt));
    }
  }
  return claimed;
}

std::vector<std::int64_t> SqliteAttemptStore::lease_due(const Ask& ask, std::chrono::milliseconds lease,
                                                        Timestamp now) {
  std::vector<std::int64_t> due;
  auto parameters = due_.parameters();
  parameters.text(ask.provider);
  parameters.integer(columns::to_integer(now));
  const Statement::Release release{due_};
  while (due.size() < ask.limit && due_.next()) {
    const auto id = due_.integer(0);
    const auto due_at = due_.integer(1);
    if (leases_.has(id, due_at, now)) continue;
    leases_.put_aside(id, {.due_at = due_at, .until = now + lease});
    due.push_back(id);
  }
  return due;
}

std::optional<ClaimedAttempt> SqliteAttemptStore::read(std::int64_t id) {
  std::optional<ClaimedAttempt> claimed;
  claimed_.parameters().integer(id);
  try {
    claimed_.each([&](const Statement& row) {
      claimed = {.attempt = columns::read_attempt(row),
                 .payment = columns::read_payment(row, columns::attempts_with_calls_count)};
    });
  } catch (const StoreRejected& e) {
    // Of no use to anybody until it is repaired, and no reason to keep the others waiting.
    log::warn("an attempt cannot be read", {{"attempt_id", id}, {"reason", e.what()}});
  }
  return claimed;
}

/// One step into the index a provider, however much is open there.
std::vector<std::string> SqliteAttemptStore::list_providers() {
  std::vector<std::string> providers;
  const auto take = [&](const Statement& row) { providers.emplace_back(row.text(0)); };
  first_provider_.each(take);
  for (std::size_t known = 0; known < providers.size();) {
    known = providers.size();
    next_provider_.parameters().text(std::string(providers.back()));
    next_provider_.each(take);
  }
  return providers;
}

void SqliteAttemptStore::recover(Timestamp now) {
  Connection writing(path_, Connection::Mode::read_write);
  auto take_up = writing.prepare(
      "UPDATE provider_calls SET being_asked = 0, due_at = ?1 WHERE is_open = 1 AND due_at > ?1");
  take_up.parameters().integer(columns::to_integer(now));
  take_up.run();
}

}  // namespace pay::sqlite
