#include "storage/mysql/client_store.hpp"

#include <fmt/format.h>

#include "storage/client_columns.hpp"
#include "storage/mysql/errors.hpp"
#include "storage/mysql/sql.hpp"

namespace pay::mysql {
namespace {

std::string insert_client(const Client& client) {
  std::string sql = "INSERT INTO clients (name, notify_url, notify_style, methods, created_at) VALUES ";
  Tuple tuple(sql);
  tuple.bytes(client.name);
  tuple.text(client.notify_url);
  tuple.text(name(client.notify_style));
  tuple.text(columns::methods_text(client.methods));
  tuple.integer(columns::to_integer(client.created_at));
  tuple.close();
  return sql;
}

/// Nothing when there is no such client.
std::string insert_key(std::string_view client, const ClientKey& key) {
  return fmt::format(
      "INSERT INTO client_keys (client, key_id, hash, created_at) SELECT name, {}, {}, {} FROM clients "
      "WHERE name = {}",
      quoted_bytes(key.id), quoted_bytes(columns::bytes_of(key.hash)), columns::to_integer(key.created_at),
      quoted_bytes(client));
}

std::string delete_keys(std::string_view client) {
  return "DELETE FROM client_keys WHERE client = " + quoted_bytes(client);
}

}  // namespace

MysqlClientStore::MysqlClientStore(Options options)
    : options_(std::move(options)), connection_(options_, {}) {}

std::vector<Client> MysqlClientStore::list_clients() {
  std::vector<Client> clients;
  for (bool may_repeat = connection_.is_connected();; may_repeat = false) {
    try {
      connection_.run(std::string(columns::clients_with_keys),
                      [&](std::size_t, const Row& row) { columns::add_client_row(clients, row); });
      return clients;
    } catch (const Disconnected& e) {
      if (!may_repeat) give_up(e);
      clients.clear();
    } catch (const SqlError& e) {
      explain(e);
    }
  }
}

bool MysqlClientStore::add_client(const Client& client) {
  // Keys that a removal on another node has left would let somebody in. The last statement tells whether all
  // of this happened: Galera may abort a transaction in its middle without a word.
  auto script = fmt::format("START TRANSACTION;{};{}", insert_client(client), delete_keys(client.name));
  for (const auto& key : client.keys) script += ";" + insert_key(client.name, key);
  script += ";COMMIT;SELECT COUNT(*) FROM clients WHERE name = " + quoted_bytes(client.name);
  constexpr std::size_t client_statement = 1;
  bool is_there = false;
  try {
    run({script, 5 + client.keys.size()},
        [&](std::size_t, const Row& row) { is_there = row.integer(0) > 0; });
  } catch (const SqlError& e) {
    const bool is_taken = e.code() == error::duplicate_key && e.statement() == client_statement;
    if (!is_taken) explain(e);
    run("ROLLBACK");
    return false;
  }
  if (!is_there) throw StoreConflict("another node aborted the transaction");
  return true;
}

bool MysqlClientStore::update_client(const Client& client) {
  // Affected rows would not count one that has these values already.
  bool is_there = false;
  try {
    run({fmt::format("UPDATE clients SET notify_url = {}, notify_style = {}, methods = {} WHERE name = {};"
                     "SELECT COUNT(*) FROM clients WHERE name = {}",
                     quoted(client.notify_url), quoted(name(client.notify_style)),
                     quoted(columns::methods_text(client.methods)), quoted_bytes(client.name),
                     quoted_bytes(client.name)),
         2},
        [&](std::size_t, const Row& row) { is_there = row.integer(0) > 0; });
  } catch (const SqlError& e) {
    explain(e);
  }
  return is_there;
}

bool MysqlClientStore::remove_client(std::string_view name) {
  std::int64_t removed = 0;
  try {
    run({fmt::format("START TRANSACTION;{};DELETE FROM clients WHERE name = {};SELECT ROW_COUNT();COMMIT",
                     delete_keys(name), quoted_bytes(name)),
         5},
        [&](std::size_t, const Row& row) { removed = row.integer(0); });
  } catch (const SqlError& e) {
    explain(e);
  }
  return removed > 0;
}

bool MysqlClientStore::add_key(std::string_view client, const ClientKey& key) {
  try {
    return run(insert_key(client, key)).affected_rows > 0;
  } catch (const SqlError& e) {
    explain(e);
  }
}

bool MysqlClientStore::remove_key(std::string_view client, std::string_view key_id) {
  try {
    return run(delete_keys(client) + " AND key_id = " + quoted_bytes(key_id)).affected_rows > 0;
  } catch (const SqlError& e) {
    explain(e);
  }
}

Adopted MysqlClientStore::adopt_payments(std::string_view client, PaymentId after) {
  std::int64_t seen = 0;
  PaymentId last = after;
  try {
    run(fmt::format(
            "SELECT COUNT(*), MAX(id) FROM (SELECT id FROM payments WHERE id > {} ORDER BY id LIMIT {}) p",
            after.value, adoption_step),
        [&](std::size_t, const Row& row) {
          seen = row.integer(0);
          if (seen > 0) last.value = row.integer(1);
        });
    if (seen == 0) return {};
    const auto adopted =
        run(fmt::format("UPDATE payments SET client = {} WHERE id > {} AND id <= {} AND client = ''",
                        quoted_bytes(client), after.value, last.value));
    return {.count = static_cast<std::int64_t>(adopted.affected_rows),
            .next = seen < adoption_step ? std::nullopt : std::optional(last)};
  } catch (const SqlError& e) {
    explain(e);
  }
}

Connection::Outcome MysqlClientStore::run(const Statements& statements, const Connection::OnRow& on_row) {
  try {
    connection_.connect();
    // What changes rows, unlike what reads them, does not wait for writes that other nodes acknowledged: this
    // does, so that a client that was just added is there.
    if (connection_.is_galera()) connection_.run("SELECT COUNT(*) FROM clients");
    return connection_.run(statements, on_row);
  } catch (const Disconnected& e) {
    give_up(e);
  }
}

/// Ends the transaction that failed.
void MysqlClientStore::explain(const SqlError& e) {
  connection_.drop();
  if (error::is_conflict(e.code())) throw StoreConflict(e.what());
  if (error::is_unavailable(e.code())) give_up(e);
  throw StoreRejected(e.what());
}

}  // namespace pay::mysql
