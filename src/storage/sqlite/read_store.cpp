#include "storage/sqlite/read_store.hpp"

#include <fmt/format.h>

#include "storage/attempt_columns.hpp"
#include "storage/filter.hpp"
#include "storage/notification_columns.hpp"
#include "storage/sqlite/read_transaction.hpp"

namespace pay::sqlite {
namespace {

std::string select_newest(std::string_view condition) {
  return fmt::format("SELECT {} FROM payments WHERE {} id < ? ORDER BY id DESC", columns::payments,
                     condition);
}

/// Rows of one table that belong to a range of payments, in order.
std::string select_range(std::string_view columns, std::string_view table, std::string_view order) {
  return fmt::format("SELECT {} FROM {} WHERE payment_id BETWEEN ? AND ? ORDER BY payment_id, {}", columns,
                     table, order);
}

template <class T, class Read>
std::vector<T> read_all(Statement& statement, Read read) {
  std::vector<T> rows;
  statement.each([&](const Statement& row) { rows.push_back(read(row)); });
  return rows;
}

template <class T, class Read>
std::vector<T> read_range(Connection& connection, const std::string& sql, PaymentId first, PaymentId last,
                          Read read) {
  auto statement = connection.prepare(sql);
  auto parameters = statement.parameters();
  parameters.integer(first.value);
  parameters.integer(last.value);
  return read_all<T>(statement, read);
}

/// One row more than asked for tells whether there is more.
template <class T, class Read, class Position>
Slice<T> read_slice(Statement& statement, PaymentId payment, std::int64_t after, std::size_t limit, Read read,
                    Position position) {
  auto parameters = statement.parameters();
  parameters.integer(payment.value);
  parameters.integer(after);
  parameters.integer(static_cast<std::int64_t>(limit) + 1);
  Slice<T> slice{.rows = read_all<T>(statement, read)};
  if (slice.rows.size() > limit) {
    slice.rows.pop_back();
    slice.has_more = true;
    slice.next = position(slice.rows.back());
  }
  return slice;
}

/// At most so many rows of a page, of at most so many that are looked at.
struct Bounds {
  std::size_t limit;
  std::size_t examined = max_rows_examined;
};

/// Those of the rows that are wanted; ids fall.
template <class T, class Read, class IsWanted>
Slice<T> read_wanted(Statement& rows, const Bounds& bounds, Read read, IsWanted is_wanted) {
  Slice<T> slice;
  const Statement::Release release{rows};
  for (std::size_t examined = 0; rows.next(); ++examined) {
    const bool page_is_full = slice.rows.size() == bounds.limit;
    if (page_is_full || examined == bounds.examined) {
      slice.has_more = true;
      break;
    }
    auto one = read(rows);
    slice.next = one.id.value;
    if (is_wanted(one)) slice.rows.push_back(std::move(one));
  }
  return slice;
}

}  // namespace

SqliteReadStore::SqliteReadStore(Connection connection)
    : connection_(std::move(connection)),
      begin_(connection_.prepare("BEGIN")),
      commit_(connection_.prepare("COMMIT")),
      find_payment_(
          connection_.prepare(fmt::format("SELECT {} FROM payments WHERE id = ?", columns::payments))),
      newest_(connection_.prepare(select_newest(""))),
      newest_of_order_(connection_.prepare(select_newest("order_id = ? AND"))),
      newest_of_user_(connection_.prepare(select_newest("user_id = ? AND"))),
      newest_of_client_(connection_.prepare(select_newest("client = ? AND client <> '' AND"))),
      events_of_(connection_.prepare(
          fmt::format("SELECT e.type, e.reason, {} FROM events e JOIN payments p ON p.id = e.payment_id "
                      "WHERE e.payment_id = ? AND e.sequence > ? ORDER BY e.sequence LIMIT ?",
                      columns::payment_after_event))),
      attempts_of_(connection_.prepare(fmt::format(
          "SELECT {} FROM {} WHERE a.payment_id = ? AND a.created_at > ? ORDER BY a.created_at LIMIT ?",
          columns::attempts_with_calls, columns::from_attempts_with_calls))),
      refunds_of_(connection_.prepare(fmt::format(
          "SELECT {} FROM refunds WHERE payment_id = ? AND created_at > ? ORDER BY created_at LIMIT ?",
          columns::refunds))),
      expired_(connection_.prepare(
          "SELECT expires_at, id FROM payments INDEXED BY payments_by_expiry WHERE expires_at IS NOT NULL "
          "AND expires_at <= ? AND (expires_at, id) > (?, ?) ORDER BY expires_at, id LIMIT ?")),
      newest_notifications_(connection_.prepare(
          fmt::format("SELECT {} FROM notifications WHERE id < ? ORDER BY id DESC", columns::notifications))),
      notifications_of_(connection_.prepare(
          fmt::format("SELECT {} FROM notifications WHERE payment_id = ? AND id < ? ORDER BY id DESC",
                      columns::notifications))),
      newest_attempts_(connection_.prepare(
          fmt::format("SELECT {}, p.client FROM {} LEFT JOIN payments p ON p.id = a.payment_id "
                      "WHERE a.id < ? ORDER BY a.id DESC",
                      columns::attempts_with_calls, columns::from_attempts_with_calls))),
      newest_open_attempts_(connection_.prepare(fmt::format(
          "SELECT {}, p.client FROM provider_calls c INDEXED BY provider_calls_open "
          "CROSS JOIN attempts a ON a.id = c.attempt_id LEFT JOIN payments p ON p.id = a.payment_id "
          "WHERE c.is_open = 1 AND c.attempt_id < ? ORDER BY c.attempt_id DESC",
          columns::attempts_with_calls))),
      find_attempt_(
          connection_.prepare(fmt::format("SELECT {} FROM {} WHERE a.id = ?", columns::attempts_with_calls,
                                          columns::from_attempts_with_calls))) {}

std::optional<Payment> SqliteReadStore::find(PaymentId id) {
  find_payment_.parameters().integer(id.value);
  std::optional<Payment> found;
  find_payment_.each([&](const Statement& row) { found = columns::read_payment(row); });
  return found;
}

std::vector<Payment> SqliteReadStore::find_payments(std::span<const PaymentId> ids) {
  std::vector<Payment> found;
  found.reserve(ids.size());
  const ReadTransaction transaction(connection_, begin_);
  for (const auto id : ids) {
    if (auto payment = find(id)) found.push_back(std::move(*payment));
  }
  return found;
}

Statement& SqliteReadStore::candidates(const PaymentFilter& filter, std::int64_t before) {
  const auto with = [&](Statement& statement, const auto&... condition) -> Statement& {
    auto parameters = statement.parameters();
    (parameters.integer(condition.value), ...);
    parameters.integer(before);
    return statement;
  };
  if (filter.order_id) return with(newest_of_order_, *filter.order_id);
  if (filter.user_id) return with(newest_of_user_, *filter.user_id);
  if (filter.client && !filter.client->empty()) {
    auto parameters = newest_of_client_.parameters();
    parameters.text(*filter.client);
    parameters.integer(before);
    return newest_of_client_;
  }
  return with(newest_);
}

Slice<Payment> SqliteReadStore::list_payments(const PaymentFilter& filter, std::int64_t before,
                                              std::size_t limit) {
  return read_wanted<Payment>(
      candidates(filter, before), {.limit = limit},
      [](const Statement& row) { return columns::read_payment(row); },
      [&](const Payment& payment) { return matches(filter, payment); });
}

Slice<Notification> SqliteReadStore::list_notifications(const NotificationFilter& filter, std::int64_t before,
                                                        std::size_t limit) {
  auto& rows = filter.payment_id ? notifications_of_ : newest_notifications_;
  auto parameters = rows.parameters();
  if (filter.payment_id) parameters.integer(filter.payment_id->value);
  parameters.integer(before);
  return read_wanted<Notification>(
      rows, {.limit = limit}, [](const Statement& row) { return columns::read_notification(row); },
      [&](const Notification& notification) { return matches(filter, notification); });
}

Slice<Attempt> SqliteReadStore::list_all_attempts(const AttemptFilter& filter, std::int64_t before,
                                                  std::size_t limit) {
  const bool open_only = wants_open_only(filter);
  auto& rows = open_only ? newest_open_attempts_ : newest_attempts_;
  rows.parameters().integer(before);
  return read_wanted<Attempt>(
      rows, {.limit = limit, .examined = open_only ? max_open_attempts_examined : max_rows_examined},
      [](const Statement& row) { return columns::read_attempt(row); },
      [&](const Attempt& attempt) {
        return matches(filter, attempt, rows.text(columns::attempts_with_calls_count));
      });
}

std::optional<Attempt> SqliteReadStore::find_attempt(AttemptId id) {
  find_attempt_.parameters().integer(id.value);
  std::optional<Attempt> found;
  find_attempt_.each([&](const Statement& row) { found = columns::read_attempt(row); });
  return found;
}

std::optional<Slice<Event>> SqliteReadStore::list_events(PaymentId payment, std::int64_t after,
                                                         std::size_t limit) {
  if (!find(payment)) return std::nullopt;
  return read_slice<Event>(
      events_of_, payment, after, limit, [](const Statement& row) { return columns::read_event(row); },
      [](const Event& event) { return event.after.version; });
}

std::optional<Slice<Attempt>> SqliteReadStore::list_attempts(PaymentId payment, std::int64_t after,
                                                             std::size_t limit) {
  if (!find(payment)) return std::nullopt;
  return read_slice<Attempt>(
      attempts_of_, payment, after, limit, [](const Statement& row) { return columns::read_attempt(row); },
      [](const Attempt& attempt) { return columns::to_integer(attempt.created_at); });
}

std::optional<ReadStore::Refunds> SqliteReadStore::list_refunds(PaymentId payment, std::int64_t after,
                                                                std::size_t limit) {
  const auto its_payment = find(payment);
  if (!its_payment) return std::nullopt;
  auto slice = read_slice<Refund>(
      refunds_of_, payment, after, limit, [](const Statement& row) { return columns::read_refund(row); },
      [](const Refund& refund) { return columns::to_integer(refund.created_at); });
  return Refunds{.slice = std::move(slice), .currency = its_payment->currency};
}

std::vector<Expired> SqliteReadStore::list_expired(Timestamp now, const Expired& after, std::size_t limit) {
  auto parameters = expired_.parameters();
  parameters.integer(columns::to_integer(now));
  parameters.integer(columns::to_integer(after.at));
  parameters.integer(after.payment.value);
  parameters.integer(static_cast<std::int64_t>(limit));
  return read_all<Expired>(expired_, [](const Statement& row) {
    return Expired{.at = columns::to_time(row.integer(0)), .payment = {row.integer(1)}};
  });
}

void SqliteReadStore::ping() {
  (void)connection_.query_integer("SELECT COUNT(*) FROM sqlite_schema");
}

void SqliteReadStore::begin_snapshot() {
  begin_.run();
  ping();  // SQLite fixes what a transaction sees at its first read
}

void SqliteReadStore::end_snapshot() {
  commit_.run();
}

std::vector<Payment> SqliteReadStore::scan_payments(PaymentId after, std::size_t limit) {
  auto statement = connection_.prepare(
      fmt::format("SELECT {} FROM payments WHERE id > ? ORDER BY id LIMIT ?", columns::payments));
  auto parameters = statement.parameters();
  parameters.integer(after.value);
  parameters.integer(static_cast<std::int64_t>(limit));
  return read_all<Payment>(statement, [](const Statement& row) { return columns::read_payment(row); });
}

std::vector<Event> SqliteReadStore::scan_events(PaymentId first, PaymentId last) {
  return read_range<Event>(connection_, select_range(columns::events, "events", "sequence"), first, last,
                           [](const Statement& row) { return columns::read_bare_event(row); });
}

std::vector<Refund> SqliteReadStore::scan_refunds(PaymentId first, PaymentId last) {
  return read_range<Refund>(connection_, select_range(columns::refunds, "refunds", "id"), first, last,
                            [](const Statement& row) { return columns::read_refund(row); });
}

std::vector<Attempt> SqliteReadStore::scan_attempts(PaymentId first, PaymentId last) {
  const auto sql =
      fmt::format("SELECT {} FROM {} WHERE a.payment_id BETWEEN ? AND ? ORDER BY a.payment_id, a.id",
                  columns::attempts_with_calls, columns::from_attempts_with_calls);
  return read_range<Attempt>(connection_, sql, first, last,
                             [](const Statement& row) { return columns::read_attempt(row); });
}

std::vector<KeyRecord> SqliteReadStore::scan_keys(const IdempotencyKey& after, std::size_t limit) {
  auto statement =
      connection_.prepare(fmt::format("SELECT {} FROM idempotency_keys WHERE (client, idem_key) > (?, ?) "
                                      "ORDER BY client, idem_key LIMIT ?",
                                      columns::keys));
  auto parameters = statement.parameters();
  parameters.text(after.client);
  parameters.text(after.key);
  parameters.integer(static_cast<std::int64_t>(limit));
  return read_all<KeyRecord>(statement, [](const Statement& row) { return columns::read_key(row); });
}

std::size_t SqliteReadStore::count_orphans() {
  std::size_t orphans = 0;
  for (const std::string_view table : {"events", "attempts", "refunds"}) {
    orphans += static_cast<std::size_t>(connection_.query_integer(
        fmt::format("SELECT COUNT(*) FROM {} WHERE payment_id NOT IN (SELECT id FROM payments)", table)));
  }
  orphans += static_cast<std::size_t>(connection_.query_integer(
      "SELECT COUNT(*) FROM provider_calls WHERE payment_id NOT IN (SELECT id FROM payments) "
      "OR (attempt_id, payment_id) NOT IN (SELECT id, payment_id FROM attempts)"));
  return orphans + static_cast<std::size_t>(connection_.query_integer(
                       "SELECT COUNT(*) FROM notifications WHERE (payment_id, sequence) NOT IN "
                       "(SELECT payment_id, sequence FROM events)"));
}

}  // namespace pay::sqlite
