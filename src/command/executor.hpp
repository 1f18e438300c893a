#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/batch_queue.hpp"
#include "command/batch.hpp"

namespace pay {

/// What a commit was like, for whoever counts. Called on the executor's thread.
class ExecutorObserver {
 public:
  virtual ~ExecutorObserver() = default;
  virtual void on_commit(std::size_t commands, std::chrono::nanoseconds took, const Changes& changes) = 0;
  virtual void on_replay() = 0;
};

/// Makes commands last. One thread takes all commands that came while the last commit ran, loads what they
/// need, decides them and commits once: batches grow by themselves under load, and a lone command waits for
/// nobody.
///
/// A batch in conflict with another instance is replayed; one that the database refuses is run command by
/// command, so that a bad one fails alone; a lost COMMIT is looked up before anything is answered.
class Executor {
 public:
  /// Errors besides those of `decide_batch`: `unavailable` (nothing was done, or, when the database went away
  /// for good in the middle of a COMMIT, nobody can say: the same key asked again tells).
  using Done = std::move_only_function<void(Result<Reply>)>;
  struct Submission {
    Job job;
    Done done;
  };
  struct Completion {
    Done done;
    Result<Reply> reply;
  };
  /// Takes a whole batch's completions to where they may run. Called on the executor's thread.
  using Deliver = std::function<void(std::vector<Completion>)>;

  struct Options {
    std::size_t batch_limit = 256;
    std::size_t queue_limit = 20'000;  ///< commands that may wait; more are refused at once
    Lifetimes lifetimes{};
    Telling telling{};
    Asking asking{};
  };

  Executor(std::unique_ptr<WriteStore> store, const Clock& clock, Options options, Deliver deliver,
           ExecutorObserver& observer);
  /// As `stop`.
  ~Executor();

  /// Any thread. Those left in `submissions` found the queue full.
  void submit(std::vector<Submission>& submissions) { queue_.push(submissions); }

  /// Finishes what was submitted, then closes the store; what is submitted later is refused. One thread.
  void stop();

  /// Any thread. Has the executor look after its store between two batches: old keys, notifications that
  /// were delivered long ago, and what the store itself wants done.
  void keep_house();

  [[nodiscard]] std::size_t queue_length() const { return queue_.size(); }

 private:
  void work();
  void execute(std::vector<Submission> batch);
  void execute_one_by_one(std::vector<Submission> batch);
  std::vector<Result<Reply>> commit(const std::vector<Job>& jobs);
  std::optional<std::vector<Result<Reply>>> attempt(const std::vector<Job>& jobs);
  void clean();

  const std::unique_ptr<WriteStore> store_;
  const Clock& clock_;
  const Options options_;
  const Deliver deliver_;
  ExecutorObserver& observer_;
  BatchQueue<Submission> queue_;
  std::atomic<bool> house_is_due_ = false;
  std::thread thread_;
};

}  // namespace pay
