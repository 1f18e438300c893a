#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

namespace pay {

/// Counts the wrong keys, or the requests without one, of each address, or at each door, within a minute of
/// its first. All of an IPv6 network (/64) count as one address: a single host may have them all. Bounded: of
/// too many addresses it forgets the one whose minute began first. Thread-safe.
class WrongKeys {
 public:
  /// A person who mistypes needs few; 256 random bits are out of reach for any number.
  static constexpr int allowed = 10;
  static constexpr std::chrono::seconds window{60};
  static constexpr std::size_t max_addresses = 10'000;

  /// One more. How many it makes in this window.
  int count(std::string_view address, Timestamp now);
  /// No more are allowed in this window.
  [[nodiscard]] bool are_too_many(std::string_view address, Timestamp now) const;

 private:
  struct Window {
    Timestamp began;
    int count = 0;
    [[nodiscard]] bool is_over(Timestamp now) const { return now < began || now - began >= window; }
  };
  void forget_oldest();

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Window> windows_;
  std::deque<std::string> by_age_;  ///< the addresses of `windows_`, in the order they came
};

}  // namespace pay
