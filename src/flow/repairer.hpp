#pragma once

#include <memory>
#include <thread>

#include "base/bell.hpp"
#include "command/executor.hpp"
#include "flow/providers.hpp"
#include "storage/attempt_store.hpp"

namespace pay {

/// Finds out what became of attempts whose outcome is not known: claims those that are due, and asks about
/// each as anybody does: with a `LookUpAttempt`, and only if that grants the look. Then it asks their
/// provider (look-ups, or the same call under the same key), and settles what it says. As many at once as
/// each provider's guard has room for, so that payers go first. Every instance has one; a lease keeps them
/// apart.
class Repairer {
 public:
  struct Options {
    std::chrono::milliseconds lease{10'000};  ///< of a claim: until the look is granted
    std::chrono::milliseconds poll{250};
  };
  /// Takes up what was under way when the process ended last: before anything new is begun.
  Repairer(std::unique_ptr<AttemptStore> store, Executor& executor, Providers& providers, const Clock& clock,
           Options options);
  /// As `stop`.
  ~Repairer();

  /// Begins to claim.
  void start();
  /// Looks at once: something may be due. Any thread.
  void wake();
  /// Claims no more. What is under way ends with its provider, and is settled while the executor takes it.
  void stop();

 private:
  struct State;
  void work();
  void take_a_turn();

  const std::unique_ptr<AttemptStore> store_;
  const std::shared_ptr<State> state_;
  const Options options_;
  std::thread thread_;
};

}  // namespace pay
