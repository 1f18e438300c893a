#include "storage/mysql/outbox_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <unordered_map>

#include "base/log.hpp"
#include "storage/mysql/errors.hpp"
#include "storage/mysql/load.hpp"
#include "storage/notification_columns.hpp"

namespace pay::mysql {
namespace {

using namespace std::chrono_literals;

/// Whoever holds a row that is due is claiming or settling it: soon it is no longer due.
constexpr Connection::Tuning tuning{.lock_wait = 1s};

std::string random_name() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

/// MIN() keeps optimizers from turning the condition into a join that reads all that is pending.
std::string select_due(const OutboxStore::Ask& ask) {
  return fmt::format(
      "SELECT n.id FROM notifications n FORCE INDEX (notifications_by_due) "
      "WHERE n.status = 'pending' AND n.client = {} AND n.due_at <= {} AND n.sequence = "
      "(SELECT MIN(o.sequence) FROM notifications o FORCE INDEX (notifications_by_payment) "
      "WHERE o.payment_id = n.payment_id AND o.status = 'pending') ORDER BY n.due_at LIMIT {}",
      quoted_bytes(ask.client), database_now, ask.limit);
}

}  // namespace

MysqlOutboxStore::MysqlOutboxStore(Options options)
    : options_(std::move(options)), connection_(options_, tuning), name_(random_name()) {}

std::vector<Claimed> MysqlOutboxStore::claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                                             Timestamp) {
  const auto due = find_due(asks);
  if (due.empty()) return {};
  auto claimed = take(due, lease);
  std::unordered_map<NotificationId, std::size_t> places;
  for (std::size_t i = 0; i < due.size(); ++i) places.emplace(due[i], i);
  std::ranges::sort(claimed, {}, [&](const Claimed& one) { return places.at(one.notification.id); });
  return claimed;
}

std::vector<NotificationId> MysqlOutboxStore::find_due(std::span<const Ask> asks) {
  std::string script;
  std::size_t statements = 0;
  for (const auto& ask : asks) {
    if (ask.limit == 0) continue;
    if (statements++ > 0) script += ';';
    script += select_due(ask);
  }
  std::vector<NotificationId> due;
  if (statements == 0) return due;
  for (bool may_repeat = connection_.is_connected();; may_repeat = false) {
    try {
      connection_.run({script, statements},
                      [&](std::size_t, const Row& row) { due.push_back({row.integer(0)}); });
      return due;
    } catch (const Disconnected& e) {
      // An idle connection that was cut is no news.
      if (!may_repeat) give_up(e);
      due.clear();
    } catch (const SqlError& e) {
      if (error::is_conflict(e.code())) return {};
      explain(e);
    }
  }
}

/// Ascending, so that two claims never wait for each other in a ring.
std::vector<Claimed> MysqlOutboxStore::take(std::vector<NotificationId> ids,
                                            std::chrono::milliseconds lease) {
  std::ranges::sort(ids);
  const auto token = fmt::format("{}{:x}", name_, ++claims_);
  std::string script;
  std::size_t statements = 0;
  for (std::span<const NotificationId> left = ids; !left.empty(); statements += 2) {
    const auto some = left.first(std::min(left.size(), ids_a_statement));
    const auto list = list_of(some);
    fmt::format_to(
        std::back_inserter(script),
        "{0}UPDATE notifications FORCE INDEX (PRIMARY) SET due_at = {1}, claimed_by = '{2}' "
        "WHERE id IN ({3}) AND status = 'pending' AND due_at <= {4};"
        "SELECT {5} FROM {6} WHERE n.id IN ({3}) AND n.status = 'pending' AND n.claimed_by = '{2}'",
        script.empty() ? "" : ";", from_now(lease), token, list, database_now, columns::claimed,
        columns::from_claimed);
    left = left.subspan(some.size());
  }
  std::vector<Claimed> claimed;
  try {
    connection_.run({script, statements}, [&](std::size_t, const Row& row) {
      try {
        claimed.push_back(columns::read_claimed(row));
      } catch (const StoreRejected& e) {
        // Of no use to anybody until it is repaired, and no reason to keep the others waiting.
        log::warn("a notification cannot be read", {{"notification_id", row.text(0)}, {"reason", e.what()}});
      }
    });
  } catch (const Disconnected& e) {
    give_up(e);  // what was claimed is due again when the lease is over
  } catch (const SqlError& e) {
    if (!error::is_conflict(e.code())) explain(e);
  }
  return claimed;
}

void MysqlOutboxStore::explain(const SqlError& e) {
  if (!error::is_unavailable(e.code())) throw StoreRejected(e.what());
  connection_.drop();
  give_up(e);
}

}  // namespace pay::mysql
