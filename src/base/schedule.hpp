#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace pay {

/// When a failed delivery is tried again: one pause a failure, then it is given up.
class Schedule {
 public:
  /// Blank-separated pauses, `*N` repeats one: the default is told soon of a shop that restarts, and gives up
  /// after 24 h.
  static constexpr std::string_view standard = "1s 2s 4s 8s 10s*12 1m 10m 1h*23";

  /// Pauses of 1 ms to 7 days (`ms`, `s`, `m`, `h`), 1,000 in all at most. Nothing when `text` is no
  /// schedule.
  static std::optional<Schedule> parse(std::string_view text);

  /// The pause after the failure number `failures` (1, 2, …); nothing: give up. `luck` in [0, 1) spreads it
  /// over nine to eleven tenths, so that what failed together does not come back together.
  [[nodiscard]] std::optional<std::chrono::milliseconds> pause_after(int failures, double luck) const;

 private:
  std::vector<std::chrono::milliseconds> pauses_;
};

}  // namespace pay
