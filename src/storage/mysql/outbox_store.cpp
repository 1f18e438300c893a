#include "storage/mysql/outbox_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/log.hpp"
#include "storage/mysql/errors.hpp"
#include "storage/mysql/load.hpp"
#include "storage/mysql/random_name.hpp"
#include "storage/notification_columns.hpp"

namespace pay::mysql {
namespace {

using namespace std::chrono_literals;

/// Whoever holds a row that is due is claiming or settling it: soon it is no longer due.
constexpr Connection::Tuning tuning{.lock_wait = 1s};

/// As long as few rows wait behind others, so many more than asked for are enough.
constexpr std::size_t spare_rows = 32;
/// So often a claim looks again, after it has found and moved rows that wait.
constexpr int looks_a_claim = 8;
/// What waits behind another is looked at again after so long at the latest: somebody may have asked for the
/// other before its time.
constexpr std::chrono::microseconds longest_wait = 1min;
/// And sooner when the other is due, or under way.
constexpr std::chrono::microseconds short_wait = 200ms;

/// MIN() keeps optimizers from turning the comparison into a join that reads all that is pending.
std::string select_due(std::string_view client, std::size_t limit) {
  return fmt::format(
      "SELECT n.id, n.sequence = (SELECT MIN(o.sequence) FROM notifications o "
      "FORCE INDEX (notifications_by_payment) WHERE o.payment_id = n.payment_id AND o.status = 'pending') "
      "FROM notifications n FORCE INDEX (notifications_by_due) "
      "WHERE n.status = 'pending' AND n.client = {} AND n.due_at <= {} ORDER BY n.due_at LIMIT {}",
      quoted_bytes(client), database_now, limit);
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

/// One look into the index a client, however much waits for it.
std::vector<std::string> MysqlOutboxStore::list_waiting() {
  std::vector<std::string> clients;
  try {
    for (bool found = true; found;) {
      const auto known = clients.size();
      const auto beyond = clients.empty() ? "TRUE" : "client > " + quoted_bytes(clients.back());
      connection_.run(fmt::format("SELECT client FROM notifications FORCE INDEX (notifications_by_due) "
                                  "WHERE status = 'pending' AND {} ORDER BY client LIMIT 1",
                                  beyond),
                      [&](std::size_t, const Row& row) { clients.emplace_back(row.text(0)); });
      found = clients.size() > known;
    }
  } catch (const Disconnected& e) {
    give_up(e);
  } catch (const SqlError& e) {
    explain(e);
  }
  return clients;
}

std::vector<NotificationId> MysqlOutboxStore::find_due(std::span<const Ask> asks) {
  std::vector<Look> looks;
  for (const auto& ask : asks) {
    if (ask.limit > 0) looks.push_back({.ask = ask, .window = ask.limit + spare_rows, .ready = {}});
  }
  std::vector<NotificationId> due;
  for (int looked = 0; !looks.empty() && looked < looks_a_claim; ++looked) {
    std::vector<NotificationId> waiting;
    if (!look(looks, waiting)) break;
    const bool may_find_more = let_wait(std::move(waiting));
    std::erase_if(looks, [&](const Look& each) {
      const bool is_done = each.ready.size() == each.ask.limit || each.seen < each.window;
      if (is_done || !may_find_more) due.insert(due.end(), each.ready.begin(), each.ready.end());
      return is_done || !may_find_more;
    });
  }
  for (const auto& each : looks) due.insert(due.end(), each.ready.begin(), each.ready.end());
  return due;
}

bool MysqlOutboxStore::look(std::span<Look> looks, std::vector<NotificationId>& waiting) {
  std::string script;
  for (const auto& each : looks) {
    if (!script.empty()) script += ';';
    script += select_due(each.ask.client, each.window);
  }
  for (bool may_repeat = connection_.is_connected();; may_repeat = false) {
    for (auto& each : looks) {
      each.seen = 0;
      each.ready.clear();
    }
    waiting.clear();
    try {
      connection_.run({script, looks.size()}, [&](std::size_t statement, const Row& row) {
        auto& each = looks[statement];
        ++each.seen;
        const bool is_oldest = row.integer(1) != 0;
        if (!is_oldest) {
          waiting.push_back({row.integer(0)});
        } else if (each.ready.size() < each.ask.limit) {
          each.ready.push_back({row.integer(0)});
        }
      });
      return true;
    } catch (const Disconnected& e) {
      // An idle connection that was cut is no news.
      if (!may_repeat) give_up(e);
    } catch (const SqlError& e) {
      if (!error::is_conflict(e.code())) explain(e);
      return false;
    }
  }
}

bool MysqlOutboxStore::let_wait(std::vector<NotificationId> waiting) {
  bool moved = false;
  std::ranges::sort(waiting);
  for (std::span<const NotificationId> left = waiting; !left.empty();) {
    const auto some = left.first(std::min(left.size(), times_a_statement));
    left = left.subspan(some.size());
    try {
      moved = move_behind_older(some) || moved;
    } catch (const Disconnected& e) {
      give_up(e);
    } catch (const SqlError& e) {
      if (!error::is_conflict(e.code())) explain(e);
    }
  }
  return moved;
}

/// First read, then changed by id: a statement that did both would lock the older ones, which may be in the
/// middle of being settled. What is due no longer when it is to be moved is claimed, or was moved.
bool MysqlOutboxStore::move_behind_older(std::span<const NotificationId> waiting) {
  std::vector<NotificationId> ids;
  std::vector<IdAndTime> times;
  connection_.run(
      fmt::format("SELECT w.id, LEAST(GREATEST(MAX(o.due_at), {1}) + {2}, "
                  "{1} + IF(MAX(o.claimed_by <> '' AND o.due_at > {1}), {2}, {3})) "
                  "FROM notifications w FORCE INDEX (PRIMARY) "
                  "JOIN notifications o FORCE INDEX (notifications_by_payment) "
                  "ON o.payment_id = w.payment_id AND o.sequence < w.sequence AND o.status = 'pending' "
                  "WHERE w.id IN ({0}) GROUP BY w.id",
                  list_of(waiting), database_now, short_wait.count(), longest_wait.count()),
      [&](std::size_t, const Row& row) {
        ids.push_back({row.integer(0)});
        times.push_back({.id = row.integer(0), .time = row.integer(1)});
      });
  if (ids.empty()) return false;
  const auto outcome =
      connection_.run(fmt::format("UPDATE notifications FORCE INDEX (PRIMARY) SET due_at = {} "
                                  "WHERE id IN ({}) AND status = 'pending' AND due_at <= {}",
                                  by_id(times), list_of(std::span<const NotificationId>(ids)), database_now));
  return outcome.affected_rows > 0;
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
        claimed.back().claim = token;
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
