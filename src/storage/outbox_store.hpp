#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "model/notification.hpp"

namespace pay {

/// A notification and the event to tell, claimed for one instance.
struct Claimed {
  Notification notification;
  Event event;
  std::string claim{};  ///< tells this claim from every other one
};

/// What the relay claims through. What became of a claim comes back through the writing half, as a Settlement
/// in an ordinary batch. One thread; throws StoreUnavailable, StoreRejected.
class OutboxStore {
 public:
  virtual ~OutboxStore() = default;

  struct Ask {
    std::string client;
    std::size_t limit = 0;
  };
  /// Pending notifications of each client that are due, the longest due first; of one payment only the oldest
  /// that is pending. Nobody, on this instance or another, is given them again before `lease` is over or they
  /// are settled. `now` is our clock's; a database that has a clock goes by its own. One round trip or two
  /// for all clients together; when another instance is in the way, they may be fewer, or none.
  virtual std::vector<Claimed> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                                     Timestamp now) = 0;
  /// Every client for which something pending waits: some may be gone since.
  virtual std::vector<std::string> list_waiting() = 0;
};

}  // namespace pay
