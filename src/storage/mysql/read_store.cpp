#include "storage/mysql/read_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "storage/attempt_columns.hpp"
#include "storage/mysql/errors.hpp"
#include "storage/mysql/load.hpp"
#include "storage/mysql/sql.hpp"
#include "storage/notification_columns.hpp"

namespace pay::mysql {
namespace {

using namespace std::chrono_literals;

/// A question of `verify` goes through the whole database.
Options patient(Options options) {
  options.io_timeout = 1h;
  return options;
}

/// Cuts the row that was fetched to know whether there are more.
template <class T, class Position>
void cut(Slice<T>& slice, std::size_t limit, Position position) {
  slice.has_more = slice.rows.size() > limit;
  if (!slice.has_more) return;
  slice.rows.erase(slice.rows.begin() + static_cast<std::ptrdiff_t>(limit), slice.rows.end());
  slice.next = position(slice.rows.back());
}

/// Nothing for the row of NULLs that an outer join gives.
template <class Read>
auto unless_null(const Row& row, Read read) {
  return row.is_null(0) ? std::nullopt : std::optional(read(row, 0));
}

}  // namespace

MysqlReadStore::MysqlReadStore(Options options)
    : options_(std::move(options)),
      patient_options_(patient(options_)),
      connection_(options_, {}),
      snapshot_(patient_options_, {}) {}

template <class StartOver>
void MysqlReadStore::ask(const Statements& statements, const Connection::OnRow& on_row,
                         StartOver start_over) {
  Connection& connection = in_snapshot_ ? snapshot_ : connection_;
  for (bool may_repeat = !in_snapshot_ && connection.is_connected();; may_repeat = false) {
    try {
      connection.run(statements, on_row);
      return;
    } catch (const Disconnected& e) {
      if (!may_repeat) throw StoreUnavailable(e.what());
    } catch (const SqlError& e) {
      if (error::is_unavailable(e.code())) connection.drop();
      if (!error::is_unavailable(e.code())) throw StoreRejected(e.what());
      if (!may_repeat) throw StoreUnavailable(e.what());
    }
    start_over();
  }
}

template <class T, class Read>
std::vector<T> MysqlReadStore::rows(const Statements& statements, Read read) {
  std::vector<T> found;
  ask(statements, [&](std::size_t, const Row& row) { found.push_back(read(row)); }, [&] { found.clear(); });
  return found;
}

template <class T, class Read, class Position>
std::optional<Slice<T>> MysqlReadStore::slice(const std::string& statement, std::size_t limit, Read read,
                                              Position position) {
  std::optional<Slice<T>> found;
  ask(
      statement,
      [&](std::size_t, const Row& row) {
        if (!found) found.emplace();
        if (auto one = read(row)) found->rows.push_back(std::move(*one));
      },
      [&] { found.reset(); });
  if (found) cut(*found, limit, position);
  return found;
}

template <class T, class Read>
Slice<T> MysqlReadStore::list(const ListScript& script, std::size_t limit, Read read) {
  Slice<T> slice;
  std::optional<std::int64_t> bound;
  ask(
      {script.text, script.statements},
      [&](std::size_t statement, const Row& row) {
        if (statement == script.rows_statement) {
          slice.rows.push_back(read(row));
        } else if (!row.is_null(0)) {
          bound = row.integer(0);
        }
      },
      [&] { slice.rows.clear(); });
  cut(slice, limit, [](const T& one) { return one.id.value; });
  if (!slice.has_more && bound) {
    slice.has_more = true;
    slice.next = *bound;
  }
  return slice;
}

// ---- queries ----

std::vector<Payment> MysqlReadStore::find_payments(std::span<const PaymentId> ids) {
  if (ids.empty()) return {};
  std::string script;
  std::size_t statements = 0;
  while (!ids.empty()) {
    const auto some = ids.first(std::min(ids.size(), ids_a_statement));
    if (!script.empty()) script += ';';
    fmt::format_to(std::back_inserter(script), "SELECT {} FROM payments WHERE id IN ({})", columns::payments,
                   list_of(some));
    ++statements;
    ids = ids.subspan(some.size());
  }
  return rows<Payment>({script, statements}, [](const Row& row) { return columns::read_payment(row); });
}

Slice<Payment> MysqlReadStore::list_payments(const PaymentFilter& filter, std::int64_t before,
                                             std::size_t limit) {
  return list<Payment>(list_script(filter, before, limit), limit,
                       [](const Row& row) { return columns::read_payment(row); });
}

Slice<Notification> MysqlReadStore::list_notifications(const NotificationFilter& filter, std::int64_t before,
                                                       std::size_t limit) {
  return list<Notification>(list_script(filter, before, limit), limit,
                            [](const Row& row) { return columns::read_notification(row); });
}

std::optional<Slice<Event>> MysqlReadStore::list_events(PaymentId payment, std::int64_t after,
                                                        std::size_t limit) {
  return slice<Event>(
      fmt::format("SELECT e.type, e.reason, {} FROM payments p "
                  "LEFT JOIN events e ON e.payment_id = p.id AND e.sequence > {} "
                  "WHERE p.id = {} ORDER BY e.sequence LIMIT {}",
                  columns::payment_after_event, after, payment.value, limit + 1),
      limit, [](const Row& row) { return unless_null(row, columns::read_event<Row>); },
      [](const Event& event) { return event.after.version; });
}

std::optional<Slice<Attempt>> MysqlReadStore::list_attempts(PaymentId payment, std::int64_t after,
                                                            std::size_t limit) {
  return slice<Attempt>(
      fmt::format(
          "SELECT {} FROM payments p LEFT JOIN attempts a ON a.payment_id = p.id AND a.created_at > {} "
          "LEFT JOIN provider_calls c ON c.attempt_id = a.id WHERE p.id = {} ORDER BY a.created_at LIMIT {}",
          columns::attempts_with_calls, after, payment.value, limit + 1),
      limit, [](const Row& row) { return unless_null(row, columns::read_attempt<Row>); },
      [](const Attempt& attempt) { return columns::to_integer(attempt.created_at); });
}

Slice<Attempt> MysqlReadStore::list_all_attempts(const AttemptFilter& filter, std::int64_t before,
                                                 std::size_t limit) {
  return list<Attempt>(list_script(filter, before, limit), limit,
                       [](const Row& row) { return columns::read_attempt(row); });
}

std::optional<Attempt> MysqlReadStore::find_attempt(AttemptId id) {
  const auto found =
      rows<Attempt>(fmt::format("SELECT {} FROM {} WHERE a.id = {}", columns::attempts_with_calls,
                                columns::from_attempts_with_calls, id.value),
                    [](const Row& row) { return columns::read_attempt(row); });
  return found.empty() ? std::nullopt : std::optional(found.front());
}

std::optional<ReadStore::Refunds> MysqlReadStore::list_refunds(PaymentId payment, std::int64_t after,
                                                               std::size_t limit) {
  std::optional<Currency> currency;
  auto found = slice<Refund>(
      fmt::format("SELECT r.id, r.payment_id, r.amount_minor, r.status, r.reason, r.created_at, p.currency "
                  "FROM payments p LEFT JOIN refunds r ON r.payment_id = p.id AND r.created_at > {} "
                  "WHERE p.id = {} ORDER BY r.created_at LIMIT {}",
                  after, payment.value, limit + 1),
      limit,
      [&](const Row& row) {
        const auto code = row.text(columns::refunds_count);
        currency = columns::known("currency", code, Currency::find(code));
        return unless_null(row, columns::read_refund<Row>);
      },
      [](const Refund& refund) { return columns::to_integer(refund.created_at); });
  if (!found || !currency) return std::nullopt;
  return Refunds{.slice = std::move(*found), .currency = *currency};
}

std::vector<Expired> MysqlReadStore::list_expired(Timestamp now, const Expired& after, std::size_t limit) {
  // Not a comparison of rows: MySQL would read the index from its beginning.
  const auto from = columns::to_integer(after.at);
  return rows<Expired>(fmt::format("SELECT expires_at, id FROM payments FORCE INDEX (payments_by_expiry) "
                                   "WHERE expires_at BETWEEN {} AND {} AND (expires_at > {} OR id > {}) "
                                   "ORDER BY expires_at, id LIMIT {}",
                                   from, columns::to_integer(now), from, after.payment.value, limit),
                       [](const Row& row) {
                         return Expired{.at = columns::to_time(row.integer(0)), .payment = {row.integer(1)}};
                       });
}

void MysqlReadStore::ping() {
  ask("SELECT 1 FROM schema_version LIMIT 1", {}, [] {});
}

// ---- verify ----

void MysqlReadStore::begin_snapshot() {
  end_snapshot();
  in_snapshot_ = true;
  ask({"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT",
       2},
      {}, [] {});
}

void MysqlReadStore::end_snapshot() {
  snapshot_.drop();
  in_snapshot_ = false;
}

std::vector<Payment> MysqlReadStore::scan_payments(PaymentId after, std::size_t limit) {
  return rows<Payment>(fmt::format("SELECT {} FROM payments WHERE id > {} ORDER BY id LIMIT {}",
                                   columns::payments, after.value, limit),
                       [](const Row& row) { return columns::read_payment(row); });
}

std::vector<Event> MysqlReadStore::scan_events(PaymentId first, PaymentId last) {
  return rows<Event>(fmt::format("SELECT {} FROM events WHERE payment_id BETWEEN {} AND {} "
                                 "ORDER BY payment_id, sequence",
                                 columns::events, first.value, last.value),
                     [](const Row& row) { return columns::read_bare_event(row); });
}

std::vector<Refund> MysqlReadStore::scan_refunds(PaymentId first, PaymentId last) {
  return rows<Refund>(fmt::format("SELECT {} FROM refunds WHERE payment_id BETWEEN {} AND {} "
                                  "ORDER BY payment_id, id",
                                  columns::refunds, first.value, last.value),
                      [](const Row& row) { return columns::read_refund(row); });
}

std::vector<Attempt> MysqlReadStore::scan_attempts(PaymentId first, PaymentId last) {
  return rows<Attempt>(
      fmt::format("SELECT {} FROM {} WHERE a.payment_id BETWEEN {} AND {} "
                  "ORDER BY a.payment_id, a.id",
                  columns::attempts_with_calls, columns::from_attempts_with_calls, first.value, last.value),
      [](const Row& row) { return columns::read_attempt(row); });
}

std::vector<KeyRecord> MysqlReadStore::scan_keys(const IdempotencyKey& after, std::size_t limit) {
  std::string client;
  std::string key;
  append_text(client, after.client);
  append_text(key, after.key);
  return rows<KeyRecord>(fmt::format("SELECT {0} FROM idempotency_keys "
                                     "WHERE client > {1} OR (client = {1} AND idem_key > {2}) "
                                     "ORDER BY client, idem_key LIMIT {3}",
                                     columns::keys, client, key, limit),
                         [](const Row& row) { return columns::read_key(row); });
}

std::size_t MysqlReadStore::count_orphans() {
  std::string script;
  for (const std::string_view table : {"events", "attempts", "refunds"}) {
    fmt::format_to(
        std::back_inserter(script),
        "SELECT COUNT(*) FROM {} o LEFT JOIN payments p ON p.id = o.payment_id WHERE p.id IS NULL;", table);
  }
  script +=
      "SELECT COUNT(*) FROM provider_calls c LEFT JOIN payments p ON p.id = c.payment_id "
      "LEFT JOIN attempts a ON a.id = c.attempt_id AND a.payment_id = c.payment_id "
      "WHERE p.id IS NULL OR a.id IS NULL;"
      "SELECT COUNT(*) FROM notifications n LEFT JOIN events e "
      "ON e.payment_id = n.payment_id AND e.sequence = n.sequence WHERE e.payment_id IS NULL";
  std::size_t count = 0;
  ask(
      {script, 5}, [&](std::size_t, const Row& row) { count += static_cast<std::size_t>(row.integer(0)); },
      [&] { count = 0; });
  return count;
}

}  // namespace pay::mysql
