#pragma once

#include <string>

#include "storage/mysql/connection.hpp"
#include "storage/store.hpp"

namespace pay::mysql {

/// A claim is an UPDATE that moves `due_at` on by the lease and leaves a token that no other claim has: what
/// bears it afterwards was won from the other instances. Whoever asked about what is due had too long. Two
/// round trips for all providers: candidates without a lock, then the UPDATE and what it won.
class MysqlAttemptStore final : public AttemptStore {
 public:
  /// Connects at the first use.
  explicit MysqlAttemptStore(Options options);

  std::vector<ClaimedAttempt> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                                    Timestamp now) override;
  std::vector<std::string> list_providers() override;
  void recover(Timestamp now) override;

 private:
  [[nodiscard]] std::vector<AttemptId> find_due(std::span<const Ask> asks);
  [[nodiscard]] std::vector<ClaimedAttempt> take(std::vector<AttemptId> ids, std::chrono::milliseconds lease);
  [[noreturn]] void explain(const SqlError& e);

  const Options options_;
  Connection connection_;
  const std::string name_;
  std::int64_t claims_ = 0;
};

}  // namespace pay::mysql
