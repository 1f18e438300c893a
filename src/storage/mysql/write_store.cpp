#include "storage/mysql/write_store.hpp"

#include <fmt/ranges.h>

#include "base/sort_unique.hpp"
#include "storage/mysql/errors.hpp"
#include "storage/mysql/load.hpp"
#include "storage/mysql/save.hpp"

namespace pay::mysql {
namespace {

using namespace std::chrono_literals;

/// Small enough that a batch behind a stuck neighbour is decided again soon; a transaction whose client is
/// gone holds its rows for a minute at most.
constexpr Connection::Tuning tuning{.lock_wait = 3s, .server_patience = 60s};
/// A connection that was idle for longer may have been cut: it is tried before anything that cannot be
/// repeated.
constexpr auto doubtful_after = 10s;

constexpr std::int64_t block_size = 1000;

}  // namespace

MysqlWriteStore::MysqlWriteStore(const Options& options) : connection_(options, tuning) {
  try {
    run_alone(row_.insert(0));
  } catch (const SqlError& e) {
    give_up(e);
  }
}

// ---- loading ----

Loaded MysqlWriteStore::load(const Wanted& wanted) {
  if (in_transaction_) abandon();
  if (lost_) resolve_lost_commit();
  for (bool may_repeat = connection_.is_connected();; may_repeat = false) {
    try {
      return try_load(wanted);
    } catch (const SqlError& e) {
      abandon();
      if (error::is_conflict(e.code())) throw StoreConflict(e.what());
      if (error::is_unavailable(e.code())) connection_.drop();
      if (!may_repeat || e.code() != error::not_ready) give_up(e);
    } catch (const Disconnected& e) {
      // An idle connection that was cut is no news: nothing was asked of it yet.
      abandon();
      if (!may_repeat) give_up(e);
    } catch (...) {
      abandon();
      throw;
    }
  }
}

Loaded MysqlWriteStore::try_load(const Wanted& wanted) {
  connection_.connect();
  draw_ids(wanted);
  Loaded loaded;
  const bool wants_rows = !wanted.payments.empty() || !wanted.orders.empty() || !wanted.keys.empty() ||
                          !wanted.notifications.empty() || !wanted.open_attempts_of.empty();
  if (!wants_rows) return loaded;
  auto ids = wanted.payments;
  if (!wanted.orders.empty()) ids = ids_of_orders(wanted);
  const LoadScript script(ids, wanted, in_transaction_ ? std::vector<std::string>{} : opening());
  if (script.is_empty()) return loaded;
  in_transaction_ = true;
  loaded.payments.reserve(ids.size());
  connection_.run(script.statements(),
                  [&](std::size_t statement, const Row& row) { script.take(statement, row, loaded); });
  return loaded;
}

/// With the payments wanted by id: locks are taken in one ascending order.
std::vector<PaymentId> MysqlWriteStore::ids_of_orders(const Wanted& wanted) {
  const auto begin = opening();
  std::string script = fmt::format("{}", fmt::join(begin, ";"));
  for (const auto& order : wanted.orders) {
    fmt::format_to(std::back_inserter(script),
                   ";SELECT id FROM (SELECT id, status, client FROM payments FORCE INDEX (payments_by_order) "
                   "WHERE order_id = {} ORDER BY id DESC LIMIT {}) newest WHERE {} "
                   "ORDER BY status IN ('canceled', 'refunded'), id DESC LIMIT {}",
                   order.id.value, max_payments_examined,
                   order.client ? "client = " + quoted_bytes(*order.client) : "TRUE", max_payments_per_order);
  }
  auto ids = wanted.payments;
  in_transaction_ = true;
  connection_.run({script, begin.size() + wanted.orders.size()},
                  [&](std::size_t, const Row& row) { ids.push_back({row.integer(0)}); });
  sort_unique(ids);
  return ids;
}

void MysqlWriteStore::draw_ids(const Wanted& wanted) {
  const std::array<std::size_t, kinds> asked = {wanted.new_payments, wanted.new_refunds, wanted.new_attempts,
                                                wanted.new_notifications};
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    const auto size = ids_[kind].size();
    if (size >= asked[kind]) continue;
    const auto missing = static_cast<std::int64_t>(asked[kind] - size);
    const auto count = (missing + block_size - 1) / block_size * block_size;
    const auto draw = fmt::format("UPDATE id_block SET next = LAST_INSERT_ID(next) + {} WHERE name = '{}'",
                                  count, block_names[kind]);
    for (int tries = 1;; ++tries) {
      try {
        const auto first = static_cast<std::int64_t>(connection_.run(draw).insert_id);
        if (first <= 0) throw StoreUnavailable(fmt::format("id_block has no row '{}'", block_names[kind]));
        ids_[kind].add({.first = first, .end = first + count});
        break;
      } catch (const SqlError& e) {
        if (!error::is_conflict(e.code()) || tries == tries_for_a_block) throw;
      }
    }
  }
}

// ---- saving ----

void MysqlWriteStore::save(const Changes& changes) {
  if (lost_) throw StoreUnavailable("the last COMMIT is not resolved yet");
  if (!in_transaction_ && connection_.idle_for() > doubtful_after) begin();
  try {
    connection_.connect();
    write_script(changes);
    send_script();
  } catch (const StoreConflict&) {
    abandon();
    throw;
  } catch (const StoreRejected&) {
    abandon();
    throw;
  } catch (const StoreUnavailable&) {
    abandon();
    throw;
  }
  in_transaction_ = false;
  ++row_.last_batch;
  for (auto& block : ids_) block.commit();
}

/// Proves on the way that the connection still stands.
void MysqlWriteStore::begin() {
  try {
    connection_.connect();
    const auto statements = opening();
    run_alone({fmt::format("{}", fmt::join(statements, ";")), statements.size()});
    in_transaction_ = true;
  } catch (const SqlError& e) {
    connection_.drop();
    abandon();
    give_up(e);
  } catch (const StoreUnavailable&) {
    abandon();
    throw;
  }
}

void MysqlWriteStore::write_script(const Changes& changes) {
  script_.clear(connection_.packet_limit());
  if (!in_transaction_) {
    for (const auto& statement : opening()) script_.add(statement, Purpose::writer);
  }
  if (!connection_.is_galera()) script_.add(row_.count_up(), Purpose::writer);
  add_changes(script_, changes);
  if (connection_.is_galera()) script_.add(row_.check(), Purpose::writer);
  script_.add("COMMIT", Purpose::commit);
  if (connection_.is_galera()) {
    script_.add("SET autocommit = 1", Purpose::after_commit);
    script_.add(row_.select(), Purpose::after_commit);
  }
}

/// What begins a transaction.
///
/// Galera may abort one at any moment, also between two statements of a packet, and then does not always say
/// so: what comes next is carried out on its own. Without autocommit that is harmless, and our row tells the
/// rest: it is counted up first of all, before anything is read, still stands so before COMMIT, and does so
/// afterwards.
std::vector<std::string> MysqlWriteStore::opening() const {
  if (!connection_.is_galera()) return {"START TRANSACTION"};
  return {"SET autocommit = 0", row_.count_up()};
}

void MysqlWriteStore::send_script() {
  auto confirmed = connection_.is_galera() ? row_.last_batch : row_.last_batch + 1;
  for (const auto& packet : script_.packets()) {
    const bool holds_commit = packet.purposes.back() >= Purpose::commit;
    try {
      connection_.run({packet.text, packet.purposes.size()},
                      [&](std::size_t, const Row& row) { confirmed = row.integer(0); });
      in_transaction_ = true;
    } catch (const Disconnected& e) {
      if (holds_commit) lose_commit(e);
      give_up(e);
    } catch (const SqlError& e) {
      in_transaction_ = true;
      explain(e, packet.purposes.at(e.statement()));
    }
  }
  if (confirmed != row_.last_batch + 1) throw StoreConflict("another node aborted the transaction");
}

/// What an error of a statement of the save means.
void MysqlWriteStore::explain(const SqlError& e, Purpose purpose) {
  const bool is_refused = error::is_conflict(e.code()) && !e.is_silent();
  // Any other error of a COMMIT (1180 above all) leaves open what became of it.
  if (purpose == Purpose::after_commit || (purpose == Purpose::commit && !is_refused)) lose_commit(e);

  const bool key_is_taken = e.code() == error::duplicate_key && purpose == Purpose::keys;
  const bool is_gone = e.code() == error::out_of_range && purpose == Purpose::writer;
  if (error::is_conflict(e.code()) || key_is_taken || is_gone) throw StoreConflict(e.what());
  if (error::is_unavailable(e.code())) {
    connection_.drop();
    if (e.code() == error::not_ready) throw StoreConflict(e.what());
    give_up(e);
  }
  throw StoreRejected(e.what());
}

void MysqlWriteStore::lose_commit(const std::exception& e) {
  in_transaction_ = false;
  lost_ = row_.last_batch + 1;
  connection_.drop();
  throw CommitLost(e.what());
}

void MysqlWriteStore::roll_back() {
  abandon();
}

void MysqlWriteStore::abandon() noexcept {
  if (!lost_) {
    for (auto& block : ids_) block.roll_back();
  }
  if (!in_transaction_) return;
  in_transaction_ = false;
  if (!connection_.is_connected()) return;
  try {
    if (connection_.is_galera()) {
      connection_.run({"ROLLBACK; SET autocommit = 1", 2});
    } else {
      connection_.run("ROLLBACK");
    }
  } catch (const std::exception&) {
    connection_.drop();  // the server rolls back what its client left
  }
}

}  // namespace pay::mysql
