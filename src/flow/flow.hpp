#pragma once

#include <memory>
#include <vector>

#include "command/executor.hpp"
#include "flow/providers.hpp"

namespace pay {

/// Carries out commands that may need a provider, in front of the executor and used as it is: commits the
/// intent, asks the provider outside of any transaction, commits what it said, and then answers. Another
/// provider is tried when the first was not asked after all. A command on a payment whose attempt is open
/// asks about that first. Everything that it knows is in the database too: what a crash interrupts, the
/// repair loop goes on with.
///
/// Has no thread; thread-safe. With no provider set up, everything goes straight to the executor.
class Flow {
 public:
  using Submission = Executor::Submission;
  using Done = Executor::Done;
  /// Runs a function where completions run. Any thread.
  using Post = std::function<void(std::move_only_function<void()>)>;

  Flow(Executor& executor, Providers& providers, Post post);
  ~Flow();

  /// As `Executor::submit`. Those left found the queue full.
  void submit(std::vector<Submission>& submissions);

  /// Whoever waits for a provider is told of the payment as it is, now and later: the calls go on, and what
  /// comes of them is settled. Any thread.
  void let_payers_go();

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace pay
