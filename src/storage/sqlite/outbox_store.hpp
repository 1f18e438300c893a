#pragma once

#include <optional>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/leases.hpp"
#include "storage/store.hpp"

namespace pay::sqlite {

/// Claims are kept in memory and write nothing. There must be one such store a process.
class SqliteOutboxStore final : public OutboxStore {
 public:
  explicit SqliteOutboxStore(Connection connection);

  std::vector<Claimed> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                             Timestamp now) override;
  std::vector<std::string> list_waiting() override;

 private:
  [[nodiscard]] std::vector<std::int64_t> lease_due(const Ask& ask, std::chrono::milliseconds lease,
                                                    Timestamp now);
  /// When the last of the older ones of its payment is due; nothing when it is the oldest that is pending.
  [[nodiscard]] std::optional<Timestamp> waits_for(std::int64_t id);

  Connection connection_;
  Statement begin_, due_, older_due_, claimed_, first_waiting_, next_waiting_;
  /// Of what is claimed, or waits behind another. A wish to try one again does not move what is due already.
  Leases leases_;
};

}  // namespace pay::sqlite
