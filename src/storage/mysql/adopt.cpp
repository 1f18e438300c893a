#include "storage/mysql/adopt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <string>

#include "storage/mysql/errors.hpp"
#include "storage/mysql/step.hpp"

namespace pay::mysql {
namespace {

/// Rows a transaction: small enough for any server's limits.
constexpr int rows_a_turn = 10'000;

enum class Shape : std::uint8_t { absent, ours, reference, unknown };

Shape shape_of(Connection& connection, std::string_view table) {
  std::set<std::string, std::less<>> columns;
  run_step(connection,
           fmt::format("SELECT LOWER(column_name) FROM information_schema.columns "
                       "WHERE table_schema = DATABASE() AND table_name = '{}'",
                       table),
           [&](const Row& row) { columns.emplace(row.text(0)); });
  if (columns.empty()) return Shape::absent;
  if (columns.contains("amount_minor")) return Shape::ours;
  const bool is_reference =
      std::ranges::all_of(std::initializer_list<std::string_view>{"id", "order_id", "user_id", "total_amount",
                                                                  "is_paid", "created_at"},
                          [&](std::string_view column) { return columns.contains(column); });
  return is_reference ? Shape::reference : Shape::unknown;
}

/// Where AUTO_INCREMENT stands, 0 when nothing is said of it. The information schema may be a day behind.
std::int64_t auto_increment_of(Connection& connection, std::string_view table) {
  std::string definition;
  run_step(connection, fmt::format("SHOW CREATE TABLE {}", table),
           [&](const Row& row) { definition = row.text(1); });
  constexpr std::string_view option = " AUTO_INCREMENT=";
  const auto at = definition.rfind(option);
  std::int64_t value = 0;
  if (at != std::string::npos) {
    std::from_chars(definition.data() + at + option.size(), definition.data() + definition.size(), value);
  }
  return value;
}

/// The reference's rows as payments: what it did not know is 0, the epoch, or empty.
std::string payments_from_reference(Currency currency) {
  return fmt::format(
      "INSERT IGNORE INTO payments (id, order_id, user_id, amount_minor, currency, capture_method, "
      "description, "
      "client, metadata, created_at, status, authorized_minor, captured_minor, refunded_minor, version, "
      "updated_at) "
      "SELECT id, order_id, user_id, amount, '{}', 'automatic', '', '', '', created, "
      "IF(paid, 'paid', 'pending'), IF(paid, amount, 0), IF(paid, amount, 0), 0, IF(paid, 2, 1), created + "
      "paid ",
      currency.code());
}

/// One derived row for each reference row, in our units.
std::string reference_rows(Currency currency, std::int64_t after, std::int64_t last) {
  return fmt::format(
      "FROM (SELECT id, COALESCE(order_id, 0) AS order_id, COALESCE(user_id, 0) AS user_id, "
      "CAST(ROUND(COALESCE(total_amount, 0) * {}) AS SIGNED) AS amount, "
      "CAST(COALESCE(UNIX_TIMESTAMP(created_at), 0) * 1000000 AS SIGNED) AS created, "
      "COALESCE(is_paid, 0) <> 0 AS paid FROM reference_payments WHERE id > {} AND id <= {}) r",
      currency.scale(), after, last);
}

std::string created_events(Currency currency) {
  return fmt::format(
      "INSERT IGNORE INTO events (payment_id, sequence, type, created_at, order_id, user_id, amount_minor, "
      "currency, "
      "status, authorized_minor, captured_minor, refunded_minor, reason) "
      "SELECT id, 1, 'created', created, order_id, user_id, amount, '{}', 'pending', 0, 0, 0, '' ",
      currency.code());
}

constexpr std::string_view paid_events =
    "INSERT IGNORE INTO events (payment_id, sequence, type, created_at, status, authorized_minor, "
    "captured_minor, "
    "refunded_minor, reason) SELECT id, 2, 'paid', created + 1, 'paid', amount, amount, 0, '' ";

}  // namespace

void set_reference_aside(Connection& connection) {
  switch (shape_of(connection, "payments")) {
    case Shape::absent:
    case Shape::ours:
      return;
    case Shape::unknown:
      throw StoreRejected(
          "the database holds a table `payments` that is not this service's: name another database, or "
          "rename it");
    case Shape::reference:
      break;
  }
  try {
    run_step(connection, "RENAME TABLE payments TO reference_payments");
  } catch (const SqlError& e) {
    // Another instance was faster: then `payments` is gone, or ours already.
    if (!error::is_one_of(e.code(), {error::table_exists, error::unknown_table})) throw;
    if (shape_of(connection, "payments") == Shape::reference) {
      throw StoreRejected(
          "the database holds both `payments` of the service before and `reference_payments`: rename the "
          "latter");
    }
  }
}

void copy_reference(Connection& connection, Currency currency) {
  if (shape_of(connection, "reference_payments") != Shape::reference) return;
  std::int64_t after = -1;
  while (true) {
    std::int64_t last = after;
    run_step(
        connection,
        fmt::format("SELECT COALESCE(MAX(id), {0}) FROM (SELECT id FROM reference_payments WHERE id > {0} "
                    "ORDER BY id LIMIT {1}) turn",
                    after, rows_a_turn),
        [&](const Row& row) { last = row.integer(0); });
    if (last == after) return;
    const auto rows = reference_rows(currency, after, last);
    const auto copy =
        fmt::format("START TRANSACTION; {0}{3}; {1}{3}; {2}{3} WHERE paid; COMMIT",
                    payments_from_reference(currency), created_events(currency), paid_events, rows);
    run_step(connection, {copy, 5});
    after = last;
  }
}

void begin_ids(Connection& connection) {
  std::int64_t first = 1;
  if (shape_of(connection, "reference_payments") == Shape::reference) {
    first = std::max(first, auto_increment_of(connection, "reference_payments"));
  }
  run_step(connection, fmt::format("INSERT IGNORE INTO id_block (name, next) "
                                   "SELECT 'payments', GREATEST({}, COALESCE(MAX(id), 0) + 1) FROM payments",
                                   first));
  run_step(connection, "INSERT IGNORE INTO id_block (name, next) VALUES ('refunds', 1), ('attempts', 1)");
}

}  // namespace pay::mysql
