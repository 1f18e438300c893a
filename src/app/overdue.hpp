#pragma once

#include <mutex>
#include <unordered_map>

#include "storage/store.hpp"

namespace pay::app {

/// Walks through the payments whose time is over, and passes those that could not be expired a while ago: a
/// provider that is away, or gone, neither keeps the others waiting nor is asked every minute.
class Overdue {
 public:
  static constexpr std::chrono::hours pause{1};
  static constexpr std::size_t most_examined = 20'000;  ///< rows a turn
  static constexpr std::size_t most_put_off = 100'000;

  /// The next payments to expire, at most `limit`. Goes on where it ended the last time; after the last one,
  /// from the beginning. One thread. Throws as `ReadStore` does.
  std::vector<PaymentId> next(ReadStore& store, Timestamp now, std::size_t limit);
  /// It stayed as it was: not again before `pause` is over. Any thread.
  void put_off(PaymentId payment, Timestamp now);

 private:
  void forget_until(Timestamp now);
  /// Of a page, what is not put off, up to `limit` in all.
  void take(const std::vector<Expired>& page, std::size_t limit, std::vector<PaymentId>& due);

  Expired last_;  ///< where it ended
  std::mutex mutex_;
  std::unordered_map<PaymentId, Timestamp> put_off_;  ///< until when
};

}  // namespace pay::app
