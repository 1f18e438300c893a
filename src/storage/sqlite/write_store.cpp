#include "storage/sqlite/write_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "storage/columns.hpp"

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

std::string insert(std::string_view table, std::string_view columns, int count) {
  std::string marks = "?";
  for (int i = 1; i < count; ++i) marks += ",?";
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, marks);
}

const std::string update_payment =
    "UPDATE payments SET status = ?, authorized_minor = ?, captured_minor = ?, refunded_minor = ?, "
    "method_type = ?, method_brand = ?, method_last4 = ?, method_exp_year = ?, method_exp_month = ?, "
    "error_code = ?, decline_code = ?, expires_at = ?, version = ?, updated_at = ? WHERE id = ?";

const std::string find_of_order = fmt::format(
    "SELECT {0} FROM (SELECT {0} FROM payments WHERE order_id = ? ORDER BY id DESC LIMIT {1}) "
    "ORDER BY status IN ('canceled', 'refunded'), id DESC LIMIT {2}",
    columns::payments, max_payments_examined, max_payments_per_order);

const std::string find_key = fmt::format(
    "SELECT k.client, k.idem_key, k.fingerprint, k.state, k.outcome, k.payment_id, k.sequence, k.order_id, "
    "k.created_at, {} FROM idempotency_keys k "
    "LEFT JOIN events e ON e.payment_id = k.payment_id AND e.sequence = k.sequence "
    "LEFT JOIN payments p ON p.id = e.payment_id WHERE k.client = ? AND k.idem_key = ?",
    columns::payment_after_event);

}  // namespace

SqliteWriteStore::SqliteWriteStore(const std::string& path, Checkpointer& checkpointer)
    : checkpointer_(checkpointer),
      connection_(open_writer(path)),
      committed_ids_(next_ids(connection_)),
      ids_(committed_ids_),
      begin_(connection_.prepare("BEGIN IMMEDIATE")),
      commit_(connection_.prepare("COMMIT")),
      roll_back_(connection_.prepare("ROLLBACK")),
      find_payment_(
          connection_.prepare(fmt::format("SELECT {} FROM payments WHERE id = ?", columns::payments))),
      find_of_order_(connection_.prepare(find_of_order)),
      find_key_(connection_.prepare(find_key)),
      insert_payment_(connection_.prepare(insert("payments", columns::payments, columns::payments_count))),
      update_payment_(connection_.prepare(update_payment)),
      insert_event_(connection_.prepare(insert("events", columns::events, columns::events_count))),
      insert_attempt_(connection_.prepare(insert("attempts", columns::attempts, columns::attempts_count))),
      insert_refund_(connection_.prepare(insert("refunds", columns::refunds, columns::refunds_count))),
      insert_key_(connection_.prepare(insert("idempotency_keys", columns::keys, columns::keys_count))),
      delete_keys_(connection_.prepare(
          "DELETE FROM idempotency_keys WHERE (client, idem_key) IN "
          "(SELECT client, idem_key FROM idempotency_keys WHERE created_at < ? LIMIT ?)")) {
  checkpointer_.watch(connection_);
}

SqliteWriteStore::Ids SqliteWriteStore::next_ids(Connection& connection) {
  const auto next = [&](std::string_view table) {
    return connection.query_integer(fmt::format("SELECT MAX(id) FROM {}", table)) + 1;
  };
  return {.payment = next("payments"), .refund = next("refunds"), .attempt = next("attempts")};
}

Loaded SqliteWriteStore::load(const Wanted& wanted) {
  roll_back();  // what a failure between load and save may have left open
  begin_.run();
  try {
    Loaded loaded;
    load_payments(wanted, loaded);
    load_keys(wanted, loaded);
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
  for (const auto order : wanted.orders) {
    find_of_order_.parameters().integer(order.value);
    find_of_order_.each([&](const Statement& row) {
      auto payment = columns::read_payment(row);
      const bool loaded_by_id = std::ranges::binary_search(wanted.payments, payment.id);
      if (!loaded_by_id) loaded.payments.push_back(std::move(payment));
    });
  }
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

void SqliteWriteStore::save(const Changes& changes) {
  try {
    write(changes);
    commit_.run();
  } catch (...) {
    roll_back();
    throw;
  }
  committed_ids_ = ids_;
  checkpointer_.help(connection_);
}

void SqliteWriteStore::write(const Changes& changes) {
  const auto write_rows = [](Statement& statement, const auto& rows, auto write_row) {
    for (const auto& row : rows) {
      auto parameters = statement.parameters();
      write_row(parameters, row);
      statement.run();
    }
  };
  write_rows(insert_payment_, changes.created, columns::write_payment<Parameters>);
  write_rows(update_payment_, changes.updated, [](Parameters& parameters, const Payment& payment) {
    columns::write_state(parameters, payment);
    parameters.integer(payment.version);
    parameters.integer(columns::to_integer(payment.updated_at));
    parameters.integer(payment.id.value);
  });
  write_rows(insert_event_, changes.events, columns::write_event<Parameters>);
  write_rows(insert_attempt_, changes.attempts, columns::write_attempt<Parameters>);
  write_rows(insert_refund_, changes.refunds, columns::write_refund<Parameters>);
  write_rows(insert_key_, changes.keys, columns::write_key<Parameters>);
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
  delete_keys_.run();
  return static_cast<std::size_t>(sqlite3_changes64(connection_.handle()));
}

void SqliteWriteStore::keep_house() {
  // Nothing: what SQLite could do here (PRAGMA optimize) reads whole tables while every command waits.
}

void SqliteWriteStore::close() {
  sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

}  // namespace pay::sqlite
