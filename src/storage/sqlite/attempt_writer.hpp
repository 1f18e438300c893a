#pragma once

#include <span>

#include "storage/sqlite/connection.hpp"
#include "storage/store.hpp"

namespace pay::sqlite {

/// What the writer does with attempts, in its transaction.
class AttemptWriter {
 public:
  explicit AttemptWriter(Connection& connection);

  void load_open(std::span<const PaymentId> payments, std::vector<Attempt>& attempts);
  void insert(std::span<const Attempt> attempts);
  void settle(std::span<const AttemptSettlement> settlements);

 private:
  sqlite3* const db_;
  Statement find_open_, insert_attempt_, insert_call_, settle_call_, settle_attempt_;
};

}  // namespace pay::sqlite
