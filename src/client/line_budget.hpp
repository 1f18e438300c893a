#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "base/clock.hpp"

namespace pay {

/// How many lines a minute may be logged of what anybody can cause, from however many addresses. Thread-safe.
class LineBudget {
 public:
  static constexpr int allowed = 100;
  static constexpr std::chrono::seconds window{60};

  enum class Answer : std::uint8_t {
    write,
    say_that_it_is_the_last,  ///< once a minute, instead of the first line above the budget
    be_silent
  };
  Answer ask(Timestamp now);

 private:
  std::mutex mutex_;
  Timestamp began_{};
  int count_ = 0;
};

}  // namespace pay
