#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/batch_queue.hpp"
#include "query/queries.hpp"

namespace pay {

/// Answers questions. Each thread takes all that wait and looks single payments up together: on a database
/// across a network they share one round trip.
class Reader {
 public:
  /// Errors: `not_found`, `invalid_request` (a cursor that is unknown or belongs to other filters),
  /// `unavailable`.
  using Done = std::move_only_function<void(Result<QueryResult>)>;
  struct Submission {
    Question question;
    Done done;
  };
  struct Completion {
    Done done;
    Result<QueryResult> result;
  };
  /// Takes a batch's completions to where they may run. Called on a reader's thread.
  using Deliver = std::function<void(std::vector<Completion>)>;

  struct Options {
    std::size_t queue_limit = 20'000;
  };

  /// One thread for each store.
  Reader(std::vector<std::unique_ptr<ReadStore>> stores, Options options, Deliver deliver);
  ~Reader();

  /// Any thread. Those left in `submissions` found the queue full.
  void submit(std::vector<Submission>& submissions) { queue_.push(submissions); }

 private:
  void work(ReadStore& store);

  const Deliver deliver_;
  BatchQueue<Submission> queue_;
  std::vector<std::unique_ptr<ReadStore>> stores_;
  std::vector<std::thread> threads_;
};

}  // namespace pay
