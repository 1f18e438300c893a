#pragma once

#include <deque>
#include <unordered_map>

#include "storage/sqlite/connection.hpp"
#include "storage/store.hpp"

namespace pay::sqlite {

/// Claims are kept in memory and write nothing: one process serves the file, and when it dies, its claims
/// should be over anyway. There must be one such store a process.
class SqliteOutboxStore final : public OutboxStore {
 public:
  explicit SqliteOutboxStore(Connection connection);

  std::vector<Claimed> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                             Timestamp now) override;

 private:
  /// It stands while its row is as it was: a settlement moves `due_at` or counts an attempt. A wish to try
  /// again does neither to a row that is under way.
  struct Lease {
    std::int64_t attempts;
    std::int64_t due_at;
    Timestamp until;
  };
  struct Ending {
    std::int64_t id;
    Timestamp at;
  };
  [[nodiscard]] std::vector<std::int64_t> lease_due(const Ask& ask, std::chrono::milliseconds lease,
                                                    Timestamp now);
  [[nodiscard]] bool is_leased(const Statement& candidate, Timestamp now) const;
  void forget_old_leases(Timestamp now);

  Connection connection_;
  Statement begin_, due_, claimed_;
  std::unordered_map<std::int64_t, Lease> leases_;
  std::deque<Ending> endings_;  ///< in the order of claims
};

}  // namespace pay::sqlite
