#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/circuit_breaker.hpp"
#include "outbox/verdict.hpp"

namespace pay {

/// One thing to tell, and how long it may be told here.
struct Errand {
  Notification notification;
  Event event;
  std::string claim{};    ///< that it came with
  bool is_first = false;  ///< by the instance that wrote it, while whoever paid waits
  bool is_probe = false;  ///< of a receiver that did not answer last
  Moment begin_by;        ///< it is begun before, or left to the outbox
};

/// What one client is told by this instance: its errands that wait, its share of concurrent tries, its
/// breaker. Not thread-safe.
class Lane {
 public:
  struct Limits {
    std::size_t concurrency = 64;                ///< tries at once
    std::chrono::milliseconds quick_time{1000};  ///< a receiver that keeps up answers sooner
  };
  explicit Lane(Limits limits) : limits_(limits) {}

  /// Whether a payer may hope that a first try is over soon.
  [[nodiscard]] bool takes_first() const;
  /// How many claimed errands it takes: some rounds of tries, and only when less than one is left; one, when
  /// its breaker is open and the next try is due.
  [[nodiscard]] std::size_t room(Moment now) const;
  /// It could take more at once, and the outbox had more.
  [[nodiscard]] bool is_hungry() const;
  void outbox_has_more(bool more) { outbox_has_more_ = more; }

  void add(Errand errand) { (errand.is_first ? first_ : claimed_).push_back(std::move(errand)); }

  struct Turn {
    std::vector<Errand> begun;  ///< each holds a slot until `end`
    std::vector<Errand> left;   ///< are the outbox's again
  };
  /// Begins what may begin now.
  void begin(Moment now, Turn& turn);

  enum class Change : std::uint8_t { none, opened, closed };
  /// A try is over that took so long. What became of the breaker.
  Change end(Sign sign, std::chrono::nanoseconds took, Moment now);

  /// Notes why a try failed (empty: it did not). True when that is news worth a line in the log: something
  /// else than what was said last, and not too soon after it.
  bool is_news(std::string_view error, Moment now);

  /// Takes out all that waits.
  std::vector<Errand> clear();
  [[nodiscard]] bool is_idle() const { return in_flight_ == 0 && first_.empty() && claimed_.empty(); }

 private:
  [[nodiscard]] std::size_t buffer() const { return 4 * limits_.concurrency; }
  std::deque<Errand>& next_queue();
  static void leave_late(std::deque<Errand>& queue, Moment now, std::vector<Errand>& left);

  const Limits limits_;
  CircuitBreaker breaker_;
  std::deque<Errand> first_;
  std::deque<Errand> claimed_;
  std::size_t in_flight_ = 0;
  bool keeps_up_ = true;
  bool outbox_has_more_ = false;
  bool first_went_last_ = false;
  std::string said_last_;
  Moment quiet_until_{};
};

}  // namespace pay
