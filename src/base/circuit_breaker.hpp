#pragma once

#include "base/moment.hpp"

namespace pay {

/// Whether a peer is worth a try: after so many failures in a row it is left alone but for one try every
/// interval, until one succeeds. What a failure is, its user says: for a receiver of notifications, that it
/// did not answer. Not thread-safe.
class CircuitBreaker {
 public:
  static constexpr int failures_to_open = 5;
  static constexpr std::chrono::seconds retry_interval{10};

  CircuitBreaker() = default;
  CircuitBreaker(int failures, std::chrono::milliseconds interval)
      : failures_to_open_(failures), interval_(interval) {}

  [[nodiscard]] bool is_open() const { return failures_ >= failures_to_open_; }
  /// Whether a try may begin now.
  [[nodiscard]] bool allows(Moment now) const { return !is_open() || now >= next_try_; }
  /// A try begins. While open, it is the one of its interval.
  void on_try(Moment now);
  /// It answered.
  void on_answer() { failures_ = 0; }
  /// The try asked for nothing in the end: while open, another one may begin at once.
  void on_nothing() { next_try_ = {}; }
  /// It did not, or not well enough.
  void on_silence(Moment now);

 private:
  int failures_to_open_ = failures_to_open;
  std::chrono::milliseconds interval_ = retry_interval;
  int failures_ = 0;
  Moment next_try_{};
};

}  // namespace pay
