#include <fmt/format.h>

#include <algorithm>

#include "storage/columns.hpp"
#include "storage/mysql/errors.hpp"
#include "storage/mysql/load.hpp"
#include "storage/mysql/write_store.hpp"
#include "storage/notification_columns.hpp"

/// What a writer does besides its batches.
namespace pay::mysql {
namespace {

/// Each costs two round trips, while every command waits.
constexpr std::size_t clients_a_turn = 50;

}  // namespace

/// For what may be said twice: an idle connection that was cut is made again.
Connection::Outcome MysqlWriteStore::run_alone(const Statements& statements,
                                               const Connection::OnRow& on_row) {
  for (bool may_repeat = connection_.is_connected();; may_repeat = false) {
    try {
      return connection_.run(statements, on_row);
    } catch (const Disconnected& e) {
      if (!may_repeat) give_up(e);
    }
  }
}

std::size_t MysqlWriteStore::delete_keys_before(Timestamp time, std::size_t limit) {
  try {
    return run_alone(fmt::format("DELETE FROM idempotency_keys WHERE created_at < {} "
                                 "AND (state <> 'running' OR created_at < {}) ORDER BY created_at LIMIT {}",
                                 columns::to_integer(time),
                                 columns::to_integer(time - columns::running_keys_live_longer), limit))
        .affected_rows;
  } catch (const SqlError& e) {
    if (error::is_conflict(e.code())) return 0;  // another instance is at it
    give_up(e);
  }
}

/// Client by client, since the index has them so: some in a turn, where the last turn stopped.
std::size_t MysqlWriteStore::delete_delivered_before(Timestamp time, std::size_t limit) {
  std::size_t seen = 0;
  std::size_t deleted = 0;
  try {
    for (std::size_t clients = 0; clients < clients_a_turn && seen < limit;) {
      const auto client = client_after(cleaned_);
      if (!client) {
        cleaned_.reset();
        break;
      }
      const auto turn = std::min(limit - seen, ids_a_statement);
      const auto found = delete_delivered_of(*client, time, turn);
      seen += found.seen;
      deleted += found.deleted;
      if (found.seen < turn) {
        cleaned_ = client;
        ++clients;
      }
    }
  } catch (const SqlError& e) {
    if (!error::is_conflict(e.code())) give_up(e);  // or another instance is at it
  }
  return deleted;
}

/// They are found without a lock, and deleted or put off by key.
MysqlWriteStore::Cleaned MysqlWriteStore::delete_delivered_of(const std::string& client, Timestamp time,
                                                              std::size_t limit) {
  std::vector<NotificationId> useless;
  std::vector<NotificationId> needed;
  run_alone(
      fmt::format("SELECT n.id, EXISTS (SELECT 1 FROM notifications o FORCE INDEX (notifications_by_payment) "
                  "WHERE o.payment_id = n.payment_id AND o.sequence < n.sequence "
                  "AND o.status <> 'delivered') "
                  "FROM notifications n FORCE INDEX (notifications_by_due) "
                  "WHERE n.status = 'delivered' AND n.client = {} AND n.due_at < {} "
                  "ORDER BY n.due_at LIMIT {}",
                  quoted_bytes(client), columns::to_integer(time), limit),
      [&](std::size_t, const Row& row) {
        (row.integer(1) != 0 ? needed : useless).push_back({row.integer(0)});
      });
  const auto seen = useless.size() + needed.size();
  if (!needed.empty()) {
    run_alone(
        fmt::format("UPDATE notifications FORCE INDEX (PRIMARY) SET due_at = {} "
                    "WHERE id IN ({}) AND status = 'delivered'",
                    columns::to_integer(time + columns::next_look_at_needed),
                    list_of(std::span<const NotificationId>(needed))));
  }
  if (useless.empty()) return {.seen = seen};
  const auto outcome =
      run_alone(fmt::format("DELETE FROM notifications WHERE id IN ({}) AND status = 'delivered'",
                            list_of(std::span<const NotificationId>(useless))));
  return {.seen = seen, .deleted = outcome.affected_rows};
}

/// The next of those that were told something, by one look into the index.
std::optional<std::string> MysqlWriteStore::client_after(const std::optional<std::string>& client) {
  std::optional<std::string> next;
  run_alone(fmt::format("SELECT client FROM notifications FORCE INDEX (notifications_by_due) "
                        "WHERE status = 'delivered' AND {} ORDER BY client LIMIT 1",
                        client ? "client > " + quoted_bytes(*client) : "TRUE"),
            [&](std::size_t, const Row& row) { next = row.text(0); });
  return next;
}

void MysqlWriteStore::keep_house() {
  try {
    std::string script = row_.touch();
    std::size_t statements = 1;
    // They are found without a lock and deleted by key: a scan that locks would wait for every busy writer.
    run_alone(WriterRow::select_dead(), [&](std::size_t, const Row& row) {
      script += ";" + WriterRow::remove_dead(row.text(0));
      ++statements;
    });
    run_alone({script, statements});
  } catch (const SqlError& e) {
    if (!error::is_conflict(e.code())) give_up(e);
  }
}

void MysqlWriteStore::close() {
  if (lost_) resolve_lost_commit();
  abandon();
  std::string script = row_.remove();
  std::size_t statements = 1;
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    if (const auto rest = ids_[kind].unused()) {
      fmt::format_to(std::back_inserter(script),
                     "; UPDATE id_block SET next = {} WHERE name = '{}' AND next = {}", rest->first,
                     block_names[kind], rest->end);
      ++statements;
    }
    ids_[kind] = {};
  }
  for (int tries = 1;; ++tries) {
    try {
      run_alone({script, statements});
      connection_.drop();
      return;
    } catch (const SqlError& e) {
      if (!error::is_conflict(e.code()) || tries == tries_for_a_block) give_up(e);
    }
  }
}

}  // namespace pay::mysql
