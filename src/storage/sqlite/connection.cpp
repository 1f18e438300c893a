#include "storage/sqlite/connection.hpp"

#include <fmt/format.h>

#include "storage/store.hpp"

namespace pay::sqlite {
namespace {

/// Longer than any checkpoint or operator's read holds a lock.
constexpr int busy_timeout_ms = 5000;

int open_flags(Connection::Mode mode) {
  switch (mode) {
    case Connection::Mode::create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    case Connection::Mode::read_write:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    case Connection::Mode::read_only:
      return SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
  }
  return 0;
}

}  // namespace

void throw_error(std::string_view message, int code) {
  const auto why = fmt::format("SQLite: {} ({})", message, code);
  switch (code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
      throw StoreRejected(why);
    default:
      throw StoreUnavailable(why);
  }
}

Connection::Connection(const std::string& path, Mode mode) {
  // Nobody asks SQLite how much memory it uses; keeping count would take a lock at every allocation.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, open_flags(mode), nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) throw StoreUnavailable(sqlite3_errmsg(db));
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, busy_timeout_ms);
}

void Connection::execute(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_error(sqlite3_errmsg(db_.get()), code);
}

std::int64_t Connection::query_integer(std::string_view sql) {
  auto statement = prepare(sql);
  return statement.next() ? statement.integer(0) : 0;
}

Statement::Statement(sqlite3* db, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) throw_error(sqlite3_errmsg(db), code);
  statement_.reset(statement);
}

void Parameters::check(int code) const {
  if (code != SQLITE_OK) throw_error(sqlite3_errmsg(sqlite3_db_handle(statement_)), code);
}

void Parameters::integer(std::int64_t value) {
  check(sqlite3_bind_int64(statement_, ++bound_, value));
}

void Parameters::text(std::string_view text) {
  // A null pointer would bind NULL; an empty text is a text.
  const char* data = text.empty() ? "" : text.data();
  check(sqlite3_bind_text(statement_, ++bound_, data, static_cast<int>(text.size()), SQLITE_STATIC));
}

void Parameters::text(std::string&& temporary) {
  check(sqlite3_bind_text(statement_, ++bound_, temporary.data(), static_cast<int>(temporary.size()),
                          SQLITE_TRANSIENT));
}

void Parameters::bytes(std::string_view bytes) {
  check(sqlite3_bind_blob(statement_, ++bound_, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC));
}

void Parameters::null() {
  check(sqlite3_bind_null(statement_, ++bound_));
}

bool Statement::next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  auto* db = sqlite3_db_handle(statement_.get());
  // The message belongs to the step: it is read before the reset that may replace it.
  const std::string why = code == SQLITE_DONE ? "" : sqlite3_errmsg(db);
  reset();
  if (code != SQLITE_DONE) throw_error(why, code);
  return false;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return data ? std::string_view(data, size) : std::string_view{};
}

std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return data ? std::string_view(data, size) : std::string_view{};
}

}  // namespace pay::sqlite
