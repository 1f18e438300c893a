#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "outbox/first_tries.hpp"
#include "outbox/lane.hpp"
#include "outbox/relay.hpp"
#include "outbox/settler.hpp"

namespace pay {

/// Carries notifications to their receivers and what became of it to the settler. It knows every notification
/// that this instance holds, from the moment it is queued until its settlement is durable, so that none is
/// tried twice at once. Has no thread of its own; thread-safe; never calls anybody under its lock.
class Courier : public std::enable_shared_from_this<Courier> {
 public:
  struct Habits {
    Steady now = std::chrono::steady_clock::now;
    std::uint64_t seed = 0;               ///< of the luck that spreads retries
    std::function<void()> wake = [] {};   ///< has whoever claims look for more at once; any thread
    std::function<void()> nudge = [] {};  ///< has whoever looks after this ask for the next look again
  };
  /// More than so many that are not settled are not taken on.
  static constexpr std::size_t most_unsettled = 10'000;

  static std::shared_ptr<Courier> create(Relay::Surroundings surroundings, Relay::Options options,
                                         Habits habits);

  /// From now on it may settle.
  void open() { settler_->open(); }
  void on_commit(std::span<const Notification> notifications, std::span<const Event> events,
                 std::chrono::nanoseconds took);
  void after_first_try(PaymentId payment, std::int64_t sequence, FirstTries::Done done);

  void let_payers_go() { first_tries_.close(); }

  /// Whom to claim for, and how much: for all that are told something, and for those of `waiting` that are
  /// told nothing any more, so that it ends. `take` must follow, whatever came of the claim.
  std::vector<OutboxStore::Ask> begin_claim(std::span<const std::string> waiting = {});
  /// What was claimed, and until when it is ours.
  void take(std::span<const OutboxStore::Ask> asks, std::vector<Claimed> claimed, Moment ours_until);

  /// What time alone brings about: ends of waits and leases, tries after a pause.
  void look_after();
  /// When to do so at the latest.
  [[nodiscard]] Moment next_look();

  /// Begins no more tries and gives back what it holds. The client must be stopped already.
  void stop();

 private:
  /// A try under way.
  struct Try {
    NotificationId id;
    FirstTries::Key key;
    std::string client;
    NotifyStyle style{};
    std::string claim;
    int attempts = 0;  ///< before this one
    bool is_first = false;
    Moment began;
  };

  Courier(Relay::Surroundings surroundings, Relay::Options options, Habits habits);

  static FirstTries::Key key_of(const Notification& notification) {
    return {.payment = notification.payment_id, .sequence = notification.sequence};
  }
  [[nodiscard]] Errand first_errand(const Notification& notification, const Event& event, Moment now,
                                    std::chrono::nanoseconds took) const;
  void forget_lanes_beside(std::span<const std::string> audience);
  Lane& lane_of(const std::string& client);
  void begin(Lane& lane, Moment now, Lane::Turn& turn);
  void carry_out(Lane::Turn turn);
  void end_waits_for(const std::vector<Errand>& left);
  void send(std::vector<Errand> begun);
  std::vector<Errand> end_without_receiver(const std::vector<Try>& tries);
  void on_outcome(const Try& tried, const http::CallOutcome& outcome);
  static void log_news(const Try& tried, const Settlement& settlement);
  Settlement settlement_of(const Try& tried, const Verdict& verdict);
  void settle(const Try& tried, Settlement settlement);
  void report(const Try& tried, const Settlement& settlement, const Verdict& verdict, Lane::Change change);
  void on_saved(std::span<const Settlement> settlements);

  const Relay::Surroundings around_;
  const Relay::Options options_;
  const Habits habits_;
  FirstTries first_tries_;
  std::shared_ptr<Settler> settler_;

  std::mutex mutex_;
  std::unordered_map<std::string, Lane> lanes_;  ///< by client
  std::unordered_set<NotificationId> held_;
  /// Settled while a claim was under way: what it brings of them may be older than their settlement.
  std::unordered_set<NotificationId> settled_meanwhile_;
  bool is_claiming_ = false;
  bool stopped_ = false;
  std::mt19937_64 random_;
};

}  // namespace pay
