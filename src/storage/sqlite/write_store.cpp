#include "storage/sqlite/write_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "storage/notification_columns.hpp"
#include "storage/sqlite/insert.hpp"

namespace pay::sqlite {
namespace {

Connection open_writer(const std::string& path) {
  Connection connection(path, Connection::Mode::read_write);
  // FULL: an acknowledged commit survives a power cut. Checkpoints are the Checkpointer's. Nothing secret is
  // stored, so deleted rows need not be overwritten (Debian's default).
  connection.execute(
      "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = OFF;"
      "PRAGMA cache_size = -32768; PRAGMA foreign_keys = OFF;");
  return connection;
}

const std::string update_payment =
    "UPDATE payments SET status = ?, authorized_minor = ?, captured_minor = ?, refunded_minor = ?, "
    "method_type = ?, method_brand = ?, method_last4 = ?, method_exp_year = ?, method_exp_month = ?, "
    "error_code = ?, decline_code = ?, expires_at = ?, version = ?, updated_at = ?, action_url = ?, "
    "action_expires_at = ?, provider = ?, provider_reference = ?, open_attempt = ? WHERE id = ?";

std::string find_of_order(std::string_view condition) {
  return fmt::format(
      "SELECT {0} FROM (SELECT {0} FROM payments WHERE order_id = ? ORDER BY id DESC LIMIT {1}) "
      "WHERE {2} ORDER BY status IN ('canceled', 'refunded'), id DESC LIMIT {3}",
      columns::payments, max_payments_examined, condition, max_payments_per_order);
}

// A settlement moves `due_at`, if only by a microsecond: that is how a claim knows that it is over.
constexpr std::string_view deliver =
    "status = 'delivered', attempts = attempts + 1, last_error = '', updated_at = ?1, due_at = ?2";
constexpr std::string_view fail =
    "attempts = attempts + 1, last_error = ?1, updated_at = ?2, due_at = ?3 + (due_at = ?3)";
constexpr std::string_view bury =
    "status = 'dead', attempts = attempts + 1, last_error = ?1, updated_at = ?2, "
    "due_at = ?3 + (due_at = ?3)";
constexpr std::string_view release = "due_at = ?1 + (due_at = ?1)";
// One that is due already may be under way, and stays claimed.
constexpr std::string_view retry =
    "due_at = iif(status = 'pending', min(due_at, ?1), max(due_at, ?1)), status = 'pending', attempts = 0, "
    "updated_at = ?1";

std::string settle_sql(std::string_view assignments, std::string_view while_status = "= 'pending'") {
  return fmt::format("UPDATE notifications SET {} WHERE id = ? AND status {}", assignments, while_status);
}

/// The longest ago first, before `?1`, at most `?2`.
constexpr std::string_view delivered_before =
    "SELECT id FROM (SELECT id, payment_id, sequence FROM notifications INDEXED BY notifications_by_end "
    "WHERE status = 'delivered' AND due_at < ?1 ORDER BY due_at LIMIT ?2) n";
constexpr std::string_view is_needed =
    "EXISTS (SELECT 1 FROM notifications o WHERE o.payment_id = n.payment_id AND o.sequence < n.sequence "
    "AND o.status <> 'delivered')";

const std::string find_key = fmt::format(
    "SELECT k.client, k.idem_key, k.fingerprint, k.state, k.outcome, k.payment_id, k.sequence, k.order_id, "
    "k.created_at, {} FROM idempotency_keys k "
    "LEFT JOIN events e ON e.payment_id = k.payment_id AND e.sequence = k.sequence "
    "LEFT JOIN payments p ON p.id = e.payment_id WHERE k.client = ? AND k.idem_key = ?",
    columns::payment_after_event);

}  // namespace

SqliteWriteStore::SqliteWriteStore(const std::string& path, Checkpointer* checkpointer)
    : checkpointer_(checkpointer),
      connection_(open_writer(path)),
      committed_ids_(next_ids(connection_)),
      ids_(committed_ids_),
      begin_(connection_.prepare("BEGIN IMMEDIATE")),
      commit_(connection_.prepare("COMMIT")),
      roll_back_(connection_.prepare("ROLLBACK")),
      find_data_version_(connection_.prepare("PRAGMA data_version")),
      find_payment_(
          connection_.prepare(fmt::format("SELECT {} FROM payments WHERE id = ?", columns::payments))),
      find_of_order_(connection_.prepare(find_of_order("TRUE"))),
      find_of_order_and_client_(connection_.prepare(find_of_order("client = ?"))),
      find_key_(connection_.prepare(find_key)),
      find_notification_(connection_.prepare(
          fmt::format("SELECT {}, EXISTS (SELECT 1 FROM notifications l WHERE l.payment_id = n.payment_id "
                      "AND l.sequence > n.sequence AND l.status <> 'dead') FROM notifications n WHERE id = ?",
                      columns::notifications))),
      insert_payment_(connection_.prepare(insert_into("payments", columns::payments))),
      insert_plain_payment_(connection_.prepare(insert_into("payments", columns::plain_payments))),
      update_payment_(connection_.prepare(update_payment)),
      insert_event_(connection_.prepare(insert_into("events", columns::events))),
      insert_plain_event_(connection_.prepare(insert_into("events", columns::plain_events))),
      insert_refund_(connection_.prepare(insert_into("refunds", columns::refunds))),
      insert_key_(connection_.prepare(insert_into("idempotency_keys", columns::keys))),
      settle_refund_(
          connection_.prepare("UPDATE refunds SET status = ? WHERE id = ? AND status = 'pending'")),
      finish_key_(connection_.prepare(
          "UPDATE idempotency_keys SET state = ?, outcome = ?, payment_id = ?, sequence = ?, order_id = ? "
          "WHERE client = ? AND idem_key = ? AND state = 'running'")),
      release_key_(connection_.prepare(
          "DELETE FROM idempotency_keys WHERE client = ? AND idem_key = ? AND state = 'running'")),
      attempts_(connection_),
      insert_notification_(connection_.prepare(insert_into("notifications", columns::notifications))),
      deliver_(connection_.prepare(settle_sql(deliver))),
      fail_(connection_.prepare(settle_sql(fail))),
      bury_(connection_.prepare(settle_sql(bury))),
      release_(connection_.prepare(settle_sql(release))),
      retry_(connection_.prepare(settle_sql(retry, "<> 'delivered'"))),
      delete_keys_(connection_.prepare("DELETE FROM idempotency_keys WHERE (client, idem_key) IN "
                                       "(SELECT client, idem_key FROM idempotency_keys WHERE created_at < ?1 "
                                       "AND (state <> 'running' OR created_at < ?3) LIMIT ?2)")),
      keep_delivered_(connection_.prepare(fmt::format(
          "UPDATE notifications SET due_at = ?1 + {} WHERE id IN ({} WHERE {})",
          std::chrono::microseconds{columns::next_look_at_needed}.count(), delivered_before, is_needed))),
      delete_delivered_(connection_.prepare(fmt::format(
          "DELETE FROM notifications WHERE id IN ({} WHERE NOT {})", delivered_before, is_needed))) {
  if (checkpointer_) checkpointer_->watch(connection_);
}

SqliteWriteStore::Ids SqliteWriteStore::next_ids(Connection& connection) {
  const auto next = [&](std::string_view table) {
    return connection.query_integer(fmt::format("SELECT MAX(id) FROM {}", table)) + 1;
  };
  return {.payment = next("payments"),
          .refund = next("refunds"),
          .attempt = next("attempts"),
          .notification = next("notifications")};
}

/// Operators' commands write beside a service, each counting on from what it has seen last.
void SqliteWriteStore::count_on_from_others() {
  std::int64_t seen = 0;
  find_data_version_.each([&](const Statement& row) { seen = row.integer(0); });
  if (seen == data_version_) return;
  const auto next = next_ids(connection_);
  committed_ids_ = {.payment = std::max(committed_ids_.payment, next.payment),
                    .refund = std::max(committed_ids_.refund, next.refund),
                    .attempt = std::max(committed_ids_.attempt, next.attempt),
                    .notification = std::max(committed_ids_.notification, next.notification)};
  ids_ = committed_ids_;
  data_version_ = seen;
}

Loaded SqliteWriteStore::load(const Wanted& wanted) {
  roll_back();  // what a failure between load and save may have left open
  begin_.run();
  try {
    count_on_from_others();
    Loaded loaded;
    load_payments(wanted, loaded);
    attempts_.load_open(wanted.open_attempts_of, loaded.attempts);
    load_keys(wanted, loaded);
    load_notifications(wanted, loaded);
    return loaded;
  } catch (...) {
    roll_back();
    throw;
  }
}

void SqliteWriteStore::load_payments(const Wanted& wanted, Loaded& loaded) {
  loaded.payments.reserve(wanted.payments.size());
  for (const auto id : wanted.payments) {
    find_payment_.parameters().integer(id.value);
    find_payment_.each([&](const Statement& row) { loaded.payments.push_back(columns::read_payment(row)); });
  }
  if (wanted.orders.empty()) return;
  for (const auto& order : wanted.orders) {
    auto& statement = order.client ? find_of_order_and_client_ : find_of_order_;
    auto parameters = statement.parameters();
    parameters.integer(order.id.value);
    if (order.client) parameters.text(*order.client);
    statement.each([&](const Statement& row) { loaded.payments.push_back(columns::read_payment(row)); });
  }
  // Wanted by id as well, or of an order that is wanted with and without a client.
  std::ranges::sort(loaded.payments, {}, &Payment::id);
  const auto repeated = std::ranges::unique(loaded.payments, {}, &Payment::id);
  loaded.payments.erase(repeated.begin(), repeated.end());
}

void SqliteWriteStore::load_keys(const Wanted& wanted, Loaded& loaded) {
  for (const auto& key : wanted.keys) {
    auto parameters = find_key_.parameters();
    parameters.text(key.client);
    parameters.text(key.key);
    find_key_.each([&](const Statement& row) {
      LoadedKey found{.record = columns::read_key(row)};
      const bool about_payment = !row.is_null(columns::keys_count);
      if (about_payment) found.payment = columns::read_payment(row, columns::keys_count);
      loaded.keys.push_back(std::move(found));
    });
  }
}

void SqliteWriteStore::load_notifications(const Wanted& wanted, Loaded& loaded) {
  for (const auto id : wanted.notifications) {
    find_notification_.parameters().integer(id.value);
    find_notification_.each([&](const Statement& row) {
      loaded.notifications.push_back({.notification = columns::read_notification(row),
                                      .overtaken = row.integer(columns::notifications_count) != 0});
    });
  }
}

void SqliteWriteStore::save(const Changes& changes) {
  try {
    write(changes);
    commit_.run();
  } catch (...) {
    roll_back();
    throw;
  }
  committed_ids_ = ids_;
  if (checkpointer_) checkpointer_->help(connection_);
}

void SqliteWriteStore::write(const Changes& changes) {
  const auto write_rows = [](Statement& statement, const auto& rows, auto write_row) {
    for (const auto& row : rows) {
      auto parameters = statement.parameters();
      write_row(parameters, row);
      statement.run();
    }
  };
  for (const auto& payment : changes.created) {
    const bool plain = columns::is_plain(payment);
    auto& statement = plain ? insert_plain_payment_ : insert_payment_;
    auto parameters = statement.parameters();
    plain ? columns::write_plain_payment(parameters, payment) : columns::write_payment(parameters, payment);
    statement.run();
  }
  write_rows(update_payment_, changes.updated, [](Parameters& parameters, const Payment& payment) {
    columns::write_state(parameters, payment);
    parameters.integer(payment.version);
    parameters.integer(columns::to_integer(payment.updated_at));
    columns::write_action(parameters, payment.next_action);
    columns::write_custody(parameters, payment.custody);
    parameters.integer(payment.id.value);
  });
  for (const auto& event : changes.events) {
    const bool plain = columns::is_plain(event);
    auto& statement = plain ? insert_plain_event_ : insert_event_;
    auto parameters = statement.parameters();
    plain ? columns::write_plain_event(parameters, event) : columns::write_event(parameters, event);
    statement.run();
  }
  attempts_.insert(changes.attempts);
  attempts_.settle(changes.attempt_settlements);
  write_rows(insert_refund_, changes.refunds, columns::write_refund<Parameters>);
  write_rows(settle_refund_, changes.refund_settlements,
             [](Parameters& parameters, const RefundSettlement& settlement) {
               parameters.text(name(settlement.status));
               parameters.integer(settlement.id.value);
             });
  write_keys(changes);
  write_rows(insert_notification_, changes.notifications,
             [](Parameters& parameters, const Notification& notification) {
               columns::write_notification(parameters, notification);
               parameters.integer(columns::to_integer(notification.due_at));
             });
  for (const auto& settlement : changes.settlements) settle(settlement);
}

/// A key that is released may be taken again in the same batch.
void SqliteWriteStore::write_keys(const Changes& changes) {
  for (const auto& key : changes.released_keys) {
    auto parameters = release_key_.parameters();
    parameters.text(key.client);
    parameters.text(key.key);
    release_key_.run();
  }
  for (const auto& record : changes.keys) {
    auto parameters = insert_key_.parameters();
    columns::write_key(parameters, record);
    insert_key_.run();
  }
  for (const auto& record : changes.finished_keys) {
    auto parameters = finish_key_.parameters();
    parameters.text(name(record.state));
    parameters.text(record.outcome);
    parameters.integer(record.payment.value);
    parameters.integer(record.sequence);
    parameters.integer(record.order.value);
    parameters.text(record.key.client);
    parameters.text(record.key.key);
    finish_key_.run();
  }
}

/// Whatever its claim: one process tries, and it knows what it has in hand.
void SqliteWriteStore::settle(const Settlement& settlement) {
  const auto run = [&](Statement& statement, auto... values) {
    auto parameters = statement.parameters();
    (parameters.integer(columns::to_integer(values)), ...);
    parameters.integer(settlement.id.value);
    statement.run();
  };
  const auto run_with_error = [&](Statement& statement, Timestamp due_at) {
    auto parameters = statement.parameters();
    parameters.text(columns::error_text(settlement.last_error));
    parameters.integer(columns::to_integer(settlement.at));
    parameters.integer(columns::to_integer(due_at));
    parameters.integer(settlement.id.value);
    statement.run();
  };
  switch (settlement.kind) {
    case Settlement::Kind::delivered:
      return run(deliver_, settlement.at, settlement.at);
    case Settlement::Kind::failed:
      return run_with_error(fail_, settlement.at + settlement.retry_in);
    case Settlement::Kind::dead:
      return run_with_error(bury_, settlement.at);
    case Settlement::Kind::released:
      return run(release_, settlement.at);
    case Settlement::Kind::retried:
      return run(retry_, settlement.at);
  }
}

void SqliteWriteStore::roll_back() {
  ids_ = committed_ids_;
  // Some errors (a full disk) have ended the transaction already.
  const bool open = sqlite3_get_autocommit(connection_.handle()) == 0;
  if (open) roll_back_.run();
}

bool SqliteWriteStore::resolve_lost_commit() {
  return false;
}

std::size_t SqliteWriteStore::delete_keys_before(Timestamp time, std::size_t limit) {
  auto parameters = delete_keys_.parameters();
  parameters.integer(columns::to_integer(time));
  parameters.integer(static_cast<std::int64_t>(limit));
  parameters.integer(columns::to_integer(time - columns::running_keys_live_longer));
  delete_keys_.run();
  return static_cast<std::size_t>(sqlite3_changes64(connection_.handle()));
}

std::size_t SqliteWriteStore::delete_delivered_before(Timestamp time, std::size_t limit) {
  run_before(keep_delivered_, time, limit);
  return run_before(delete_delivered_, time, limit);
}

std::size_t SqliteWriteStore::run_before(Statement& statement, Timestamp time, std::size_t limit) {
  auto parameters = statement.parameters();
  parameters.integer(columns::to_integer(time));
  parameters.integer(static_cast<std::int64_t>(limit));
  statement.run();
  return static_cast<std::size_t>(sqlite3_changes64(connection_.handle()));
}

void SqliteWriteStore::keep_house() {
  // Nothing: what SQLite could do here (PRAGMA optimize) reads whole tables while every command waits.
}

void SqliteWriteStore::close() {
  if (!checkpointer_) return;
  sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

}  // namespace pay::sqlite
