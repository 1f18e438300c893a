#pragma once

#include <memory>

#include "base/moment.hpp"
#include "model/provider_health.hpp"
#include "provider/provider.hpp"

namespace pay {

/// What is counted of a provider. Any thread; does not block.
class ProviderObserver {
 public:
  virtual ~ProviderObserver() = default;
  virtual void on_provider_call(std::string_view provider, std::string_view outcome,
                                std::chrono::nanoseconds took) = 0;
  virtual void on_provider_circuit(std::string_view provider, bool opened) = 0;
  /// A call begins, after it waited so long for its turn: not at all, mostly.
  virtual void on_provider_wait(std::string_view provider, std::chrono::nanoseconds waited) = 0;
  /// A call that never began, and why: `circuit_open`, `queue_full`, `waited_too_long` or `stopping`.
  virtual void on_provider_kept_back(std::string_view provider, std::string_view reason) = 0;
};

/// Stands before a provider and lets pass only what it can bear: so many calls at once, the others in order
/// of arrival; none while it does not answer, but for one trial now and then. What it keeps back for too
/// long, or while the circuit is open, is `NotExecuted`: nobody was asked. A look-up kept back is `Unknown`.
/// The circuit opens on silence and on slow answers, never on what an answer says.
/// Has no thread; thread-safe; calls nobody under its lock.
class Guard final : public Provider {
 public:
  struct Options {
    std::size_t concurrency = 256;
    std::size_t queue_limit = 20'000;            ///< calls that wait; more are kept back at once
    std::chrono::milliseconds deadline{10'000};  ///< of a call that begins; half as long it may wait before
    std::chrono::milliseconds slow{5'000};       ///< an answer that took longer counts as a failure
    int failures_to_open = 5;                    ///< in a row; what asked nobody counts neither way
    std::chrono::milliseconds trial_interval{5'000};
  };
  /// `provider` must be done with all its calls before this goes; those that wait end with `stop`.
  Guard(std::unique_ptr<Provider> provider, Options options, ProviderObserver& observer,
        Steady now = std::chrono::steady_clock::now);
  ~Guard() override;

  [[nodiscard]] std::string_view name() const override;
  [[nodiscard]] bool takes(const Charge& charge) const override;
  void carry_out(const Instruction& instruction, Done done) override;
  void look_up(const Instruction& instruction, Done done) override;

  /// How many more calls could begin now: for whoever repairs, who leaves the rest to those who wait.
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] ProviderHealth health() const;
  /// Lets go of those that have waited too long. Called now and then.
  void look_after();
  /// Those that wait, and all later ones, are kept back.
  void stop();

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace pay
