#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "model/attempt.hpp"

namespace pay {

/// An open attempt and its payment, claimed for one instance.
struct ClaimedAttempt {
  Attempt attempt;
  Payment payment;
};

/// What the repair loop claims through. What became of a look comes back through the writing half, in an
/// ordinary batch. One thread; throws StoreUnavailable, StoreRejected.
class AttemptStore {
 public:
  virtual ~AttemptStore() = default;

  struct Ask {
    std::string provider;
    std::size_t limit = 0;
  };
  /// Open attempts at each provider that are due, the longest due first. Nobody, on this instance or another,
  /// is given them again before `lease` is over or they are settled. To claim is not to ask: whoever does
  /// looks whether somebody else has begun to meanwhile. `now` is our clock's; a database that
  /// has a clock goes by its own. When another instance is in the way, they may be fewer, or none.
  virtual std::vector<ClaimedAttempt> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                                            Timestamp now) = 0;
  /// Every provider at which an attempt is open: some may not be set up any more.
  virtual std::vector<std::string> list_providers() = 0;
  /// At start, before anything is asked: where no other instance can be at work (SQLite), nobody asks about
  /// anything any more, and whatever is open and waits is due at once.
  virtual void recover(Timestamp now) = 0;
};

}  // namespace pay
