#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "base/moment.hpp"

namespace pay {

/// What wakes one sleeping thread. A ring that nobody waits for is heard at the next wait. Thread-safe.
class Bell {
 public:
  enum class Heard : std::uint8_t { nothing, ring, end };

  void ring() {
    {
      const std::lock_guard lock(mutex_);
      rung_ = true;
    }
    heard_.notify_one();
  }

  /// Every wait from now on ends at once.
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    heard_.notify_one();
  }

  Heard wait_until(Moment moment) {
    std::unique_lock lock(mutex_);
    heard_.wait_until(lock, moment, [this] { return rung_ || ended_; });
    const bool rung = rung_;
    rung_ = false;
    if (ended_) return Heard::end;
    return rung ? Heard::ring : Heard::nothing;
  }

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  bool rung_ = false;
  bool ended_ = false;
};

}  // namespace pay
