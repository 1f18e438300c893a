#pragma once

#include "storage/sqlite/connection.hpp"

namespace pay::sqlite {

/// Several reads of one state, within the snapshot if there is one. Ends with its scope, however that is
/// left.
class ReadTransaction {
 public:
  /// `begin` is the connection's own statement `BEGIN`.
  ReadTransaction(Connection& connection, Statement& begin)
      : db_(sqlite3_get_autocommit(connection.handle()) != 0 ? connection.handle() : nullptr) {
    if (db_) begin.run();
  }
  ~ReadTransaction() {
    if (db_) sqlite3_exec(db_, "COMMIT", nullptr, nullptr, nullptr);
  }
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

 private:
  sqlite3* db_;  ///< nothing: the snapshot's transaction is not ours to end
};

}  // namespace pay::sqlite
