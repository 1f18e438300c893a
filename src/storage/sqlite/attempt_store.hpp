#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/leases.hpp"
#include "storage/store.hpp"

namespace pay::sqlite {

/// Claims are kept in memory and write nothing. There must be one such store a process that claims.
class SqliteAttemptStore final : public AttemptStore {
 public:
  explicit SqliteAttemptStore(const std::string& path);

  std::vector<ClaimedAttempt> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                                    Timestamp now) override;
  std::vector<std::string> list_providers() override;
  void recover(Timestamp now) override;

 private:
  [[nodiscard]] std::vector<std::int64_t> lease_due(const Ask& ask, std::chrono::milliseconds lease,
                                                    Timestamp now);
  /// As it is now; nothing when it is not open any more, is nobody's to look up, or cannot be read.
  [[nodiscard]] std::optional<ClaimedAttempt> read(std::int64_t id);

  const std::string path_;
  Connection connection_;
  Statement begin_, due_, claimed_, first_provider_, next_provider_;
  Leases leases_;
};

}  // namespace pay::sqlite
