#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/schedule.hpp"
#include "outbox/destination.hpp"
#include "outbox/notifier.hpp"
#include "storage/outbox_store.hpp"

namespace pay {

class Bell;
class Courier;

/// What comes of deliveries, for whoever counts. Any thread.
class RelayObserver {
 public:
  virtual ~RelayObserver() = default;
  virtual void on_delivered() = 0;
  /// `reason` is static text of few values.
  virtual void on_failure(std::string_view reason) = 0;
  virtual void on_dead() = 0;
  virtual void on_circuit(bool opened) = 0;
};

/// Tells clients of their payments: each notification at least once, those of one payment in order.
///
/// What this instance's commits leave is tried at once while its receiver keeps up; everything else is
/// claimed from the outbox when it is due. Each client has its own share of concurrent tries and its own
/// circuit breaker, so that one slow or dead receiver delays nobody else.
class Relay final : public Notifier {
 public:
  struct Options {
    /// For the first try, and for whoever waits for it; 0: it is not tried before it is claimed. Those that
    /// find no slot wait for one as long, so that `Telling::first_try` is best above twice of it.
    std::chrono::milliseconds inline_time{1000};
    std::chrono::milliseconds timeout{5000};  ///< for every later try
    std::chrono::milliseconds lease{30'000};  ///< claimed rows are ours for so long; above `timeout`
    std::chrono::milliseconds poll{250};      ///< how often due rows are looked for
    std::size_t concurrency = 64;             ///< tries at once, a client
    Schedule schedule = *Schedule::parse(Schedule::standard);
  };
  /// Has settlements made durable and says whether they are; when not, they are given to it again. Does not
  /// block; `saved` may come on any thread.
  using Settle = std::function<void(std::vector<Settlement>, std::move_only_function<void(bool saved)>)>;
  /// The names of all clients that are told something. Any thread.
  using ListAudience = std::function<std::vector<std::string>()>;

  struct Surroundings {
    http::Client& client;
    const Clock& clock;
    FindDestination find_destination;
    ListAudience list_audience;
    RenderEvent render;
    Settle settle;
    RelayObserver& observer;
  };

  Relay(std::unique_ptr<OutboxStore> store, Surroundings surroundings, Options options);
  /// As `stop`.
  ~Relay() override;

  /// Begins to claim. Before it, nothing is settled: what `settle` works with may be built later.
  void start();

  /// What a commit left to be told, with its events, and how long it took from its first statement on. The
  /// executor's thread, before the commit's commands are answered.
  void on_commit(std::span<const Notification> notifications, std::span<const Event> events,
                 std::chrono::nanoseconds took);

  void after_first_try(PaymentId payment, std::int64_t sequence,
                       std::move_only_function<void()> done) override;

  /// Nobody waits for a first try any more, now and later; the tries go on. Any thread.
  void let_payers_go();

  /// Begins no more tries, lets go of those under way and gives the claims back. The client must be stopped
  /// already; whoever settles must still take.
  void stop();

 private:
  void keep_time();
  void claim_again_and_again();
  void claim();
  /// Clients that are gone, or told nothing any more, while something waits for them.
  void look_for_the_forgotten();

  const std::unique_ptr<OutboxStore> store_;
  const Clock& clock_;
  const std::chrono::milliseconds lease_;
  const std::chrono::milliseconds poll_;
  const std::shared_ptr<Bell> claim_bell_;
  const std::shared_ptr<Bell> look_bell_;
  const std::shared_ptr<Courier> courier_;

  // The claimer's.
  bool store_is_away_ = false;
  std::vector<std::string> waiting_;  ///< for whom something was pending when it was looked for last
  std::chrono::steady_clock::time_point look_again_at_{};

  std::thread claimer_;     ///< waits for the database
  std::thread timekeeper_;  ///< waits for nobody
};

}  // namespace pay
