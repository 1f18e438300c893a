#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/moment.hpp"
#include "outbox/relay.hpp"

namespace pay {

/// Gathers what became of tries while earlier settlements are being saved, and a moment longer, and has all
/// of it saved together: nobody waits for it, and each group is work for the thread that commits payments.
/// What could not be saved is given again after a pause. Thread-safe; never calls anybody under its lock.
class Settler : public std::enable_shared_from_this<Settler> {
 public:
  static constexpr std::size_t group_limit = 500;
  static constexpr std::chrono::milliseconds gathering_time{10};  ///< between a group and the next
  static constexpr std::chrono::milliseconds first_pause{100};    ///< after one that was not saved
  static constexpr std::chrono::milliseconds longest_pause{1000};

  /// Told what has become durable. Any thread.
  using Saved = std::function<void(std::span<const Settlement>)>;

  /// `wake` has whoever calls `look_after` ask for the next look again.
  Settler(Relay::Settle settle, Saved saved, std::function<void()> wake, Steady now);

  /// Until then they are only gathered.
  void open();
  void add(Settlement settlement);
  /// Gives what was gathered, when the pause is over.
  void look_after();
  /// When `look_after` has something to do.
  [[nodiscard]] std::optional<Moment> next_look() const;
  /// How many are not saved yet.
  [[nodiscard]] std::size_t backlog() const;
  /// Gives `last` and all that was gathered now, whatever is under way, and takes nothing from then on. What
  /// is not saved then is left to the leases.
  void close(std::vector<Settlement> last);

 private:
  enum class State : std::uint8_t { not_open, idle, under_way, pausing, closed };
  void give();
  std::vector<Settlement> take_group();
  void on_saved(bool saved);

  const Relay::Settle settle_;
  const Saved saved_;
  const std::function<void()> wake_;
  const Steady now_;
  mutable std::mutex mutex_;
  State state_ = State::not_open;
  std::deque<Settlement> gathered_;
  std::vector<Settlement> given_;  ///< under way
  std::chrono::milliseconds pause_ = first_pause;
  Moment again_at_{};
};

}  // namespace pay
