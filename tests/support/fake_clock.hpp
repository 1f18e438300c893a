#pragma once

#include <atomic>

#include "base/clock.hpp"

namespace pay::test {

/// A moment in 2026 to count from.
inline constexpr Timestamp start_of_tests =
    std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + std::chrono::hours{12};

/// Stands still until it is moved, in either direction. Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Timestamp start = start_of_tests) : now_(start.time_since_epoch().count()) {}

  [[nodiscard]] Timestamp now() const override { return Timestamp{std::chrono::microseconds{now_.load()}}; }
  void advance(std::chrono::microseconds time) { now_ += time.count(); }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace pay::test
