#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "outbox/moment.hpp"
#include "outbox/relay.hpp"

namespace pay {

/// Gathers what became of tries while earlier settlements are being saved, and has all of it saved together:
/// the slower the database, the larger the groups. What could not be saved is given again after a pause, as
/// long as it is of use: that a try failed, when the lease is over, would only take the row out of the hands
/// of whoever tries it now. Thread-safe; never calls anybody under its lock.
class Settler : public std::enable_shared_from_this<Settler> {
 public:
  static constexpr std::size_t group_limit = 500;
  static constexpr std::chrono::milliseconds first_pause{100};
  static constexpr std::chrono::milliseconds longest_pause{1000};
  /// What a commit may take: so long before the end of a lease it counts as over.
  static constexpr std::chrono::milliseconds commit_time{500};

  /// Told what has become durable, or is of no use any more. Any thread.
  using Over = std::function<void(std::span<const Settlement>)>;

  Settler(Relay::Settle settle, Over over, Steady now);

  /// Until then they are only gathered.
  void open();
  /// The row it is about is ours until then.
  void add(Settlement settlement, Moment ours_until);
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
  struct Entry {
    Settlement settlement;
    Moment ours_until;
  };
  enum class State : std::uint8_t { not_open, idle, under_way, pausing, closed };
  void give();
  std::pair<std::vector<Entry>, std::vector<Settlement>> take_group();
  void on_saved(bool saved);

  const Relay::Settle settle_;
  const Over over_;
  const Steady now_;
  mutable std::mutex mutex_;
  State state_ = State::not_open;
  std::deque<Entry> gathered_;
  std::vector<Entry> given_;  ///< under way
  std::chrono::milliseconds pause_ = first_pause;
  Moment again_at_{};
};

}  // namespace pay
