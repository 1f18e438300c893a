#include "storage/sqlite/client_store.hpp"

#include "storage/client_columns.hpp"

namespace pay::sqlite {
namespace {

Connection open(const std::string& path) {
  Connection connection(path, Connection::Mode::read_write);
  // Checkpoints are the service's: they would hold a request up here.
  connection.execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA foreign_keys = OFF");
  return connection;
}

/// Rolled back unless it was committed.
class WriteTransaction {
 public:
  explicit WriteTransaction(Connection& connection) : connection_(connection) {
    connection_.execute("BEGIN IMMEDIATE");
  }
  ~WriteTransaction() {
    const bool open = sqlite3_get_autocommit(connection_.handle()) == 0;
    if (open) sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  void commit() { connection_.execute("COMMIT"); }

 private:
  Connection& connection_;
};

}  // namespace

SqliteClientStore::SqliteClientStore(const std::string& path)
    : connection_(open(path)),
      list_(connection_.prepare(columns::clients_with_keys)),
      insert_client_(connection_.prepare(
          "INSERT INTO clients (name, notify_url, notify_style, methods, created_at) VALUES (?, ?, ?, ?, ?) "
          "ON CONFLICT (name) DO NOTHING")),
      update_client_(connection_.prepare(
          "UPDATE clients SET notify_url = ?, notify_style = ?, methods = ? WHERE name = ?")),
      delete_client_(connection_.prepare("DELETE FROM clients WHERE name = ?")),
      insert_key_(connection_.prepare("INSERT INTO client_keys (client, key_id, hash, created_at) "
                                      "SELECT name, ?, ?, ? FROM clients WHERE name = ?")),
      delete_key_(connection_.prepare("DELETE FROM client_keys WHERE client = ? AND key_id = ?")),
      delete_keys_(connection_.prepare("DELETE FROM client_keys WHERE client = ?")),
      end_of_step_(connection_.prepare(
          "SELECT COUNT(*), MAX(id) FROM (SELECT id FROM payments WHERE id > ? ORDER BY id LIMIT ?)")),
      adopt_(connection_.prepare("UPDATE payments SET client = ? WHERE id > ? AND id <= ? AND client = ''")) {
}

std::vector<Client> SqliteClientStore::list_clients() {
  std::vector<Client> clients;
  std::ignore = list_.parameters();
  list_.each([&](const Statement& row) { columns::add_client_row(clients, row); });
  return clients;
}

bool SqliteClientStore::add_client(const Client& client) {
  WriteTransaction transaction(connection_);
  auto parameters = insert_client_.parameters();
  parameters.text(client.name);
  parameters.text(client.notify_url);
  parameters.text(name(client.notify_style));
  parameters.text(columns::methods_text(client.methods));
  parameters.integer(columns::to_integer(client.created_at));
  if (run(insert_client_) == 0) return false;
  for (const auto& key : client.keys) add_key(client.name, key);
  transaction.commit();
  return true;
}

bool SqliteClientStore::update_client(const Client& client) {
  auto parameters = update_client_.parameters();
  parameters.text(client.notify_url);
  parameters.text(name(client.notify_style));
  parameters.text(columns::methods_text(client.methods));
  parameters.text(client.name);
  return run(update_client_) > 0;
}

bool SqliteClientStore::remove_client(std::string_view name) {
  WriteTransaction transaction(connection_);
  delete_keys_.parameters().text(name);
  run(delete_keys_);
  delete_client_.parameters().text(name);
  const bool was_there = run(delete_client_) > 0;
  transaction.commit();
  return was_there;
}

bool SqliteClientStore::add_key(std::string_view client, const ClientKey& key) {
  auto parameters = insert_key_.parameters();
  parameters.text(key.id);
  parameters.bytes(columns::bytes_of(key.hash));
  parameters.integer(columns::to_integer(key.created_at));
  parameters.text(client);
  return run(insert_key_) > 0;
}

bool SqliteClientStore::remove_key(std::string_view client, std::string_view key_id) {
  auto parameters = delete_key_.parameters();
  parameters.text(client);
  parameters.text(key_id);
  return run(delete_key_) > 0;
}

Adopted SqliteClientStore::adopt_payments(std::string_view client, PaymentId after) {
  std::int64_t seen = 0;
  PaymentId last = after;
  auto parameters = end_of_step_.parameters();
  parameters.integer(after.value);
  parameters.integer(adoption_step);
  end_of_step_.each([&](const Statement& row) {
    seen = row.integer(0);
    if (seen > 0) last.value = row.integer(1);
  });
  if (seen == 0) return {};
  auto range = adopt_.parameters();
  range.text(client);
  range.integer(after.value);
  range.integer(last.value);
  return {.count = run(adopt_), .next = seen < adoption_step ? std::nullopt : std::optional(last)};
}

std::int64_t SqliteClientStore::run(Statement& statement) {
  statement.run();
  return sqlite3_changes64(connection_.handle());
}

}  // namespace pay::sqlite
