#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "http/handler.hpp"

namespace pay::controller {

/// Between sessions, which wait, and a worker, which takes work in batches: everything that one turn of the
/// reactor read is handed over together, so that it shares one commit. One thread: the server's. Outlives all
/// sessions.
template <class Worker, class Work, class Answer>
class Gate {
 public:
  Gate(boost::asio::io_context& io, Worker& worker) : io_(io), worker_(worker) {}

  /// Answers `unavailable` at once when the worker's queue is full.
  http::Task<Result<Answer>> ask(Work work) {
    return boost::asio::async_initiate<const decltype(http::use_task), void(Result<Answer>)>(
        [this](auto handler, Work waiting) {
          if (turn_.empty()) boost::asio::post(io_, [this] { hand_over(); });
          turn_.push_back({std::move(waiting), [resume = std::move(handler)](Result<Answer> answer) mutable {
                             std::move(resume)(std::move(answer));
                           }});
        },
        http::use_task, std::move(work));
  }

 private:
  void hand_over() {
    worker_.submit(turn_);
    if (turn_.empty()) return;  // and keeps its room for the next turn
    auto refused = std::exchange(turn_, {});
    for (auto& submission : refused) {
      submission.done(
          fail(ErrorCode::unavailable, {.en = "Too many requests are waiting; try again in a moment.",
                                        .fr = "Trop de requêtes attendent; réessayez dans un moment."}));
    }
  }

  boost::asio::io_context& io_;
  Worker& worker_;
  std::vector<typename Worker::Submission> turn_;
};

}  // namespace pay::controller
