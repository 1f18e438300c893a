#pragma once

#include <map>
#include <optional>
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
  std::vector<std::string> list_waiting() override;

 private:
  /// A row that is left alone for a while: it is claimed, or waits behind another. Settling it moves its
  /// `due_at`, and ends that; a wish to try it again does not move what is due already.
  struct Lease {
    std::int64_t due_at;
    Timestamp until;
  };
  [[nodiscard]] std::vector<std::int64_t> lease_due(const Ask& ask, std::chrono::milliseconds lease,
                                                    Timestamp now);
  [[nodiscard]] bool is_leased(std::int64_t id, std::int64_t due_at, Timestamp now) const;
  /// When the last of the older ones of its payment is due; nothing when it is the oldest that is pending.
  [[nodiscard]] std::optional<Timestamp> waits_for(std::int64_t id);
  void put_aside(std::int64_t id, const Lease& lease);
  void forget_old_leases(Timestamp now);

  Connection connection_;
  Statement begin_, due_, older_due_, claimed_, first_waiting_, next_waiting_;
  std::unordered_map<std::int64_t, Lease> leases_;
  std::multimap<Timestamp, std::int64_t> endings_;
};

}  // namespace pay::sqlite
