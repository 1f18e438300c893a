#include "storage/sqlite/attempt_store.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "storage/attempt_columns.hpp"
#include "storage/sqlite/read_transaction.hpp"

namespace pay::sqlite {

SqliteAttemptStore::SqliteAttemptStore(Connection connection)
    : connection_(std::move(connection)),
      begin_(connection_.prepare("BEGIN")),
      due_(connection_.prepare(
          "SELECT attempt_id, due_at FROM provider_calls INDEXED BY provider_calls_by_due "
          "WHERE is_open = 1 AND provider = ? AND due_at <= ? ORDER BY due_at")),
      later_(connection_.prepare("SELECT attempt_id, due_at, provider FROM provider_calls "
                                 "INDEXED BY provider_calls_by_due WHERE is_open = 1 AND due_at > ? "
                                 "ORDER BY provider, due_at")),
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
    const auto due = lease_due(ask, lease, now);
    for (const auto& one : due) {
      if (auto attempt = read(one.id)) claimed.push_back(std::move(*attempt));
    }
    take_over({.provider = ask.provider, .limit = ask.limit - due.size()}, lease, now, claimed);
  }
  return claimed;
}

void SqliteAttemptStore::take_over(const Ask& ask, std::chrono::milliseconds lease, Timestamp now,
                                   std::vector<ClaimedAttempt>& claimed) {
  const auto found = under_way_.find(ask.provider);
  if (found == under_way_.end()) return;
  auto& waiting = found->second;
  for (auto left = ask.limit; left > 0 && !waiting.empty(); waiting.pop_front()) {
    const auto [id, due_at] = waiting.front();
    auto one = read(id);
    if (!one || !one->attempt.call) continue;
    const bool is_untouched = one->attempt.call->due_at == columns::to_time(due_at);
    if (!is_untouched || columns::to_time(due_at) <= now) continue;
    leases_.put_aside(id, {.due_at = due_at, .until = now + lease});
    claimed.push_back(std::move(*one));
    --left;
  }
  if (waiting.empty()) under_way_.erase(found);
}

std::vector<SqliteAttemptStore::Due> SqliteAttemptStore::lease_due(const Ask& ask,
                                                                   std::chrono::milliseconds lease,
                                                                   Timestamp now) {
  std::vector<Due> due;
  auto parameters = due_.parameters();
  parameters.text(ask.provider);
  parameters.integer(columns::to_integer(now));
  const Statement::Release release{due_};
  while (due.size() < ask.limit && due_.next()) {
    const Due one{.id = due_.integer(0), .at = due_.integer(1)};
    if (leases_.has(one.id, one.at, now)) continue;
    leases_.put_aside(one.id, {.due_at = one.at, .until = now + lease});
    due.push_back(one);
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
  under_way_.clear();
  later_.parameters().integer(columns::to_integer(now));
  later_.each([&](const Statement& row) {
    under_way_[std::string(row.text(2))].push_back({.id = row.integer(0), .at = row.integer(1)});
  });
}

}  // namespace pay::sqlite
