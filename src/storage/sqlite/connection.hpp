#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pay::sqlite {

/// Takes a statement's parameters in order: a Sink of `storage/columns.hpp`. Texts must live until the
/// statement has run; temporaries are copied. Errors throw: see `throw_error`.
class Parameters {
 public:
  explicit Parameters(sqlite3_stmt* statement) : statement_(statement) {}

  void integer(std::int64_t value);
  void text(std::string_view text);
  void text(const std::string& text) { this->text(std::string_view(text)); }
  void text(std::string&& temporary);
  void bytes(std::string_view bytes);
  void null();

 private:
  void check(int code) const;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

/// A prepared statement, made once and used for the life of its connection; while it has a row, a Row of
/// `storage/columns.hpp`.
class Statement {
 public:
  Statement(sqlite3* db, std::string_view sql);

  /// Starts over: rows that were left are given up, what was bound before is replaced.
  [[nodiscard]] Parameters parameters() {
    reset();
    return Parameters(statement_.get());
  }

  /// True while there is a row. At the end, and when it throws, the statement is ready for its next use.
  bool next();
  /// Calls `take` with each row. However that ends, the statement is ready for its next use and holds no
  /// lock.
  template <class Take>
  void each(Take take) {
    const Release release{*this};
    while (next()) take(*this);
  }
  /// For statements without rows.
  void run() { next(); }
  /// Gives up the rows that are left.
  void reset() { sqlite3_reset(statement_.get()); }

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  ///< valid until the next row
  [[nodiscard]] std::string_view bytes(int column) const;

  /// Gives up, at the end of a scope, the rows that are left.
  struct Release {
    Statement& statement;
    ~Release() { statement.reset(); }
  };

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// One connection, used by one thread at a time.
class Connection {
 public:
  enum class Mode { create, read_write, read_only };
  /// Throws StoreUnavailable.
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

/// StoreRejected for what is wrong with a statement or its values, StoreUnavailable for everything that is
/// wrong with the world: a full disk, an unreadable file, a lock held by others.
[[noreturn]] void throw_error(std::string_view message, int code);

}  // namespace pay::sqlite
