#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pay::sqlite {

/// A prepared statement, made once and used for the life of its connection. Parameters and columns are taken in
/// order, so a row is read and written as it is listed. Texts that are bound must live until `run` or `next` is
/// done. Errors throw: see `throw_error`.
class Statement {
 public:
  Statement(sqlite3* db, std::string_view sql);

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(std::span<const std::uint8_t> bytes);
  Statement& bind(std::nullptr_t);
  Statement& bind(const std::optional<std::int64_t>& value) { return value ? bind(*value) : bind(nullptr); }
  Statement& bind(const std::optional<std::string_view>& text) { return text ? bind(*text) : bind(nullptr); }

  /// True while there is a row. At the end, and when it throws, the statement is ready for its next use.
  bool next();
  /// For statements without rows.
  void run();
  /// Gives up the rows that are left.
  void reset();

  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] std::string_view text();  ///< valid until the next row
  [[nodiscard]] std::span<const std::uint8_t> bytes();
  [[nodiscard]] std::optional<std::int64_t> optional_integer();
  [[nodiscard]] std::optional<std::string_view> optional_text();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void check(int code);
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int parameter_ = 0;
  int column_ = 0;
};

/// One connection, used by one thread at a time.
class Connection {
 public:
  enum class Mode { create, read_write, read_only };
  /// Throws StoreUnavailable with a sentence that names the file.
  Connection(const std::string& path, Mode mode);

  /// Runs one or more statements that give no rows.
  void execute(const char* sql);
  [[nodiscard]] std::int64_t query_integer(std::string_view sql);
  [[nodiscard]] Statement prepare(std::string_view sql) { return {db_.get(), sql}; }
  [[nodiscard]] sqlite3* handle() { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
};

/// StoreRejected for what is wrong with a statement or its values, StoreUnavailable for everything that is wrong
/// with the world: a full disk, an unreadable file, a lock held by others.
[[noreturn]] void throw_error(sqlite3* db, int code);

}  // namespace pay::sqlite
