#include "storage/mysql/attempt_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "base/log.hpp"
#include "storage/attempt_columns.hpp"
#include "storage/mysql/errors.hpp"
#include "storage/mysql/load.hpp"
#include "storage/mysql/random_name.hpp"

namespace pay::mysql {
namespace {

using namespace std::chrono_literals;

/// Whoever holds a row that is due is claiming or settling it: soon it is no longer due.
constexpr Connection::Tuning tuning{.lock_wait = 1s};

std::string select_due(const AttemptStore::Ask& ask) {
  return fmt::format(
      "SELECT attempt_id FROM provider_calls FORCE INDEX (provider_calls_by_due) "
      "WHERE is_open = 1 AND provider = {} AND due_at <= {} ORDER BY due_at LIMIT {}",
      quoted(ask.provider), database_now, ask.limit);
}

}  // namespace

MysqlAttemptStore::MysqlAttemptStore(Options options)
    : options_(std::move(options)), connection_(options_, tuning), name_(random_name()) {}

std::vector<ClaimedAttempt> MysqlAttemptStore::claim(std::span<const Ask> asks,
                                                     std::chrono::milliseconds lease, Timestamp) {
  const auto due = find_due(asks);
  if (due.empty()) return {};
  auto claimed = take(due, lease);
  std::unordered_map<AttemptId, std::size_t> places;
  for (std::size_t i = 0; i < due.size(); ++i) places.emplace(due[i], i);
  std::ranges::sort(claimed, {}, [&](const ClaimedAttempt& one) { return places.at(one.attempt.id); });
  return claimed;
}

std::vector<AttemptId> MysqlAttemptStore::find_due(std::span<const Ask> asks) {
  std::string script;
  std::size_t statements = 0;
  for (const auto& ask : asks) {
    if (ask.limit == 0) continue;
    if (statements > 0) script += ';';
    script += select_due(ask);
    ++statements;
  }
  std::vector<AttemptId> due;
  if (statements == 0) return due;
  for (bool may_repeat = connection_.is_connected();; may_repeat = false) {
    try {
      connection_.run({script, statements},
                      [&](std::size_t, const Row& row) { due.push_back({row.integer(0)}); });
      return due;
    } catch (const Disconnected& e) {
      // An idle connection that was cut is no news.
      if (!may_repeat) give_up(e);
    } catch (const SqlError& e) {
      if (!error::is_conflict(e.code())) explain(e);
      return {};
    }
    due.clear();
  }
}

/// Ascending, so that two claims never wait for each other in a ring.
std::vector<ClaimedAttempt> MysqlAttemptStore::take(std::vector<AttemptId> ids,
                                                    std::chrono::milliseconds lease) {
  static const auto claimed_columns =
      fmt::format("{}, {}", columns::attempts_with_calls, columns::qualified("p", columns::payments));
  std::ranges::sort(ids);
  const auto token = fmt::format("{}{:x}", name_, ++claims_);
  std::string script;
  std::size_t statements = 0;
  for (std::span<const AttemptId> left = ids; !left.empty(); statements += 2) {
    const auto some = left.first(std::min(left.size(), ids_a_statement));
    const auto list = list_of(some);
    fmt::format_to(
        std::back_inserter(script),
        "{0}UPDATE provider_calls FORCE INDEX (PRIMARY) SET due_at = {1}, claimed_by = '{2}', being_asked = "
        "0 "
        "WHERE attempt_id IN ({3}) AND is_open = 1 AND due_at <= {4};"
        "SELECT {5} FROM provider_calls c FORCE INDEX (PRIMARY) JOIN attempts a ON a.id = c.attempt_id "
        "JOIN payments p ON p.id = a.payment_id "
        "WHERE c.attempt_id IN ({3}) AND c.is_open = 1 AND c.claimed_by = '{2}'",
        script.empty() ? "" : ";", from_now(lease), token, list, database_now, claimed_columns);
    left = left.subspan(some.size());
  }
  std::vector<ClaimedAttempt> claimed;
  try {
    connection_.run({script, statements}, [&](std::size_t, const Row& row) {
      try {
        claimed.push_back({.attempt = columns::read_attempt(row),
                           .payment = columns::read_payment(row, columns::attempts_with_calls_count)});
      } catch (const StoreRejected& e) {
        // Of no use to anybody until it is repaired, and no reason to keep the others waiting.
        log::warn("an attempt cannot be read", {{"attempt_id", row.text(0)}, {"reason", e.what()}});
      }
    });
  } catch (const Disconnected& e) {
    give_up(e);  // what was claimed is due again when the lease is over
  } catch (const SqlError& e) {
    if (!error::is_conflict(e.code())) explain(e);
  }
  return claimed;
}

/// One look into the index a provider, however much is open there.
std::vector<std::string> MysqlAttemptStore::list_providers() {
  std::vector<std::string> providers;
  try {
    for (bool found = true; found;) {
      const auto known = providers.size();
      const auto beyond = providers.empty() ? "TRUE" : "provider > " + quoted(providers.back());
      connection_.run(fmt::format("SELECT provider FROM provider_calls FORCE INDEX (provider_calls_by_due) "
                                  "WHERE is_open = 1 AND {} ORDER BY provider LIMIT 1",
                                  beyond),
                      [&](std::size_t, const Row& row) { providers.emplace_back(row.text(0)); });
      found = providers.size() > known;
    }
  } catch (const Disconnected& e) {
    give_up(e);
  } catch (const SqlError& e) {
    explain(e);
  }
  return providers;
}

/// Nothing: what another instance has under way is due when its lease is over.
void MysqlAttemptStore::recover(Timestamp) {}

void MysqlAttemptStore::explain(const SqlError& e) {
  if (!error::is_unavailable(e.code())) throw StoreRejected(e.what());
  connection_.drop();
  give_up(e);
}

}  // namespace pay::mysql
