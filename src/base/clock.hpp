#pragma once

#include <chrono>
#include <string>

namespace pay {

/// A moment in UTC, in microseconds since 1970 (no leap seconds), as stored and as shown.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Where the time comes from; tests give their own. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
};

/// RFC 3339 in UTC with microseconds: `2026-01-31T12:00:00.000001Z`.
std::string to_rfc3339(Timestamp time);

/// Appends the same to `out`.
void append_rfc3339(std::string& out, Timestamp time);

}  // namespace pay
