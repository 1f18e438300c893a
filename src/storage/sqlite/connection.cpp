#include "storage/sqlite/connection.hpp"

#include <fmt/format.h>

#include "storage/store.hpp"

namespace pay::sqlite {
namespace {

/// Longer than any checkpoint or operator's read holds a lock.
constexpr int busy_timeout_ms = 5000;

int open_flags(Connection::Mode mode) {
  switch (mode) {
    case Connection::Mode::create: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    case Connection::Mode::read_write: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    case Connection::Mode::read_only: return SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
  }
  return 0;
}

}  // namespace

void throw_error(sqlite3* db, int code) {
  const auto why = fmt::format("SQLite: {} ({})", sqlite3_errmsg(db), code);
  switch (code & 0xff) {
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG: throw StoreRejected(why);
    default: throw StoreUnavailable(why);
  }
}

Connection::Connection(const std::string& path, Mode mode) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, open_flags(mode), nullptr);
  db_.reset(db);
  if (code != SQLITE_OK) throw StoreUnavailable(fmt::format("cannot open {}: {}", path, sqlite3_errmsg(db)));
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, busy_timeout_ms);
}

void Connection::execute(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_error(db_.get(), code);
}

std::int64_t Connection::query_integer(std::string_view sql) {
  auto statement = prepare(sql);
  return statement.next() ? statement.integer() : 0;
}

Statement::Statement(sqlite3* db, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) throw_error(db, code);
  statement_.reset(statement);
}

void Statement::check(int code) {
  if (code == SQLITE_OK) return;
  auto* db = sqlite3_db_handle(statement_.get());
  reset();
  throw_error(db, code);
}

Statement& Statement::bind(std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), ++parameter_, value));
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  // A null pointer would bind NULL; an empty text is a text.
  const char* data = text.empty() ? "" : text.data();
  check(sqlite3_bind_text(statement_.get(), ++parameter_, data, static_cast<int>(text.size()), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind(std::span<const std::uint8_t> bytes) {
  check(sqlite3_bind_blob(statement_.get(), ++parameter_, bytes.data(), static_cast<int>(bytes.size()),
                          SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind(std::nullptr_t) {
  check(sqlite3_bind_null(statement_.get(), ++parameter_));
  return *this;
}

bool Statement::next() {
  column_ = 0;
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  auto* db = sqlite3_db_handle(statement_.get());
  reset();
  if (code != SQLITE_DONE) throw_error(db, code);
  return false;
}

void Statement::run() { next(); }

void Statement::reset() {
  sqlite3_reset(statement_.get());
  parameter_ = 0;
  column_ = 0;
}

std::int64_t Statement::integer() { return sqlite3_column_int64(statement_.get(), column_++); }

std::string_view Statement::text() {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column_));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column_));
  ++column_;
  return data ? std::string_view(data, size) : std::string_view{};
}

std::span<const std::uint8_t> Statement::bytes() {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column_));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column_));
  ++column_;
  return {data, size};
}

std::optional<std::int64_t> Statement::optional_integer() {
  if (sqlite3_column_type(statement_.get(), column_) == SQLITE_NULL) {
    ++column_;
    return std::nullopt;
  }
  return integer();
}

std::optional<std::string_view> Statement::optional_text() {
  if (sqlite3_column_type(statement_.get(), column_) == SQLITE_NULL) {
    ++column_;
    return std::nullopt;
  }
  return text();
}

}  // namespace pay::sqlite
