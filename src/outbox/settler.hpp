#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "outbox/moment.hpp"
#include "outbox/relay.hpp"

namespace pay {

/// Gathers what became of tries while earlier settlements are being saved, and has all of it saved together:
/// the slower the database, the larger the groups. What could not be saved is given again after a pause.
/// Thread-safe; never calls anybody under its lock.
class Settler : public std::enable_shared_from_this<Settler> {
 public:
  static constexpr std::size_t group_limit = 500;
  static constexpr std::chrono::milliseconds first_pause{100};
  static constexpr std::chrono::milliseconds longest_pause{1000};

  /// Told what has become durable. Any thread.
  using Saved = std::function<void(std::span<const Settlement>)>;

  Settler(Relay::Settle settle, Saved saved, Steady now);

  /// Until then they are only gathered.
  void open();
  void add(Settlement settlement);
  /// Gives again what was not saved, when its pause is over.
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
  void on_saved(bool saved);

  const Relay::Settle settle_;
  const Saved saved_;
  const Steady now_;
  mutable std::mutex mutex_;
  State state_ = State::not_open;
  std::vector<Settlement> gathered_;
  std::vector<Settlement> given_;  ///< under way
  std::chrono::milliseconds pause_ = first_pause;
  Moment again_at_{};
};

}  // namespace pay
