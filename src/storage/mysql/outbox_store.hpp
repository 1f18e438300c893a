#pragma once

#include <string>

#include "storage/mysql/connection.hpp"
#include "storage/store.hpp"

namespace pay::mysql {

/// A claim is an UPDATE that moves `due_at` on by the lease and leaves a token that no other claim has: what
/// bears it afterwards was won from the other instances. Two round trips: candidates without a lock, then the
/// UPDATE and what it won.
///
/// What is due but waits behind an older one of its payment is put behind that one's time, so that the next
/// claims come to what they can give: however many wait, a claim looks at a bounded number of rows.
class MysqlOutboxStore final : public OutboxStore {
 public:
  /// Connects at the first use.
  explicit MysqlOutboxStore(Options options);

  std::vector<Claimed> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                             Timestamp now) override;
  std::vector<std::string> list_waiting() override;

 private:
  struct Look {
    Ask ask;
    std::size_t window = 0;  ///< how many rows that are due are looked at
    std::size_t seen = 0;    ///< how many there were
    std::vector<NotificationId> ready;
  };
  /// The longest due first; those that wait are put into `waiting`. False when another transaction was in the
  /// way.
  [[nodiscard]] bool look(std::span<Look> looks, std::vector<NotificationId>& waiting);
  /// Whether any was moved.
  bool let_wait(std::vector<NotificationId> waiting);
  bool move_behind_older(std::span<const NotificationId> waiting);
  [[nodiscard]] std::vector<NotificationId> find_due(std::span<const Ask> asks);
  [[nodiscard]] std::vector<Claimed> take(std::vector<NotificationId> ids, std::chrono::milliseconds lease);
  [[noreturn]] void explain(const SqlError& e);

  const Options options_;
  Connection connection_;
  const std::string name_;  ///< random
  std::int64_t claims_ = 0;
};

}  // namespace pay::mysql
