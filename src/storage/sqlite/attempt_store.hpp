#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/leases.hpp"
#include "storage/store.hpp"

namespace pay::sqlite {

/// Claims are kept in memory and write nothing. There must be one such store a process.
class SqliteAttemptStore final : public AttemptStore {
 public:
  explicit SqliteAttemptStore(Connection connection);

  std::vector<ClaimedAttempt> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                                    Timestamp now) override;
  std::vector<std::string> list_providers() override;
  void recover(Timestamp now) override;

 private:
  struct Due {
    std::int64_t id;
    std::int64_t at;
  };
  [[nodiscard]] std::vector<Due> lease_due(const Ask& ask, std::chrono::milliseconds lease, Timestamp now);
  /// At most so many of those that another process had, unless they are due by themselves by now.
  void take_over(const Ask& ask, std::chrono::milliseconds lease, Timestamp now,
                 std::vector<ClaimedAttempt>& claimed);
  /// As it is now; nothing when it is not open any more, is nobody's to look up, or cannot be read.
  [[nodiscard]] std::optional<ClaimedAttempt> read(std::int64_t id);

  Connection connection_;
  Statement begin_, due_, later_, claimed_, first_provider_, next_provider_;
  Leases leases_;
  /// By provider: what the process before this one had under way, though its time has not come.
  std::map<std::string, std::deque<Due>, std::less<>> under_way_;
};

}  // namespace pay::sqlite
