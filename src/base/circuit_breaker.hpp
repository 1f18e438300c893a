#pragma once

#include "base/moment.hpp"

namespace pay {

/// Whether a receiver is worth a try: after five time-outs or refused connections in a row it is left alone
/// but for one try every ten seconds, until it answers. An answer of any kind is one. Not thread-safe.
class CircuitBreaker {
 public:
  static constexpr int failures_to_open = 5;
  static constexpr std::chrono::seconds retry_interval{10};

  [[nodiscard]] bool is_open() const { return failures_ >= failures_to_open; }
  /// Whether a try may begin now.
  [[nodiscard]] bool allows(Moment now) const { return !is_open() || now >= next_try_; }
  /// A try begins. While open, it is the one of its interval.
  void on_try(Moment now);
  /// It answered.
  void on_answer() { failures_ = 0; }
  /// It did not.
  void on_silence(Moment now);

 private:
  int failures_ = 0;
  Moment next_try_{};
};

}  // namespace pay
