#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "command/executor.hpp"
#include "storage/store.hpp"

namespace pay::app {

/// Whoever carries out commands by hand, beside a running service or without one: with an executor of its
/// own, which ends with it.
class Operator {
 public:
  Operator(Store& store, Executor::Options options);

  /// One reply a command, in order. They share commits.
  std::vector<Result<Reply>> carry_out(std::vector<Command> commands);

 private:
  class NobodyCounts final : public ExecutorObserver {
    void on_commit(std::size_t, std::chrono::nanoseconds, const Changes&) override {}
    void on_replay() override {}
  };

  SystemClock clock_;
  NobodyCounts nobody_;
  Executor executor_;
};

/// An id as typed. Throws ConfigurationError: `'x' is no payment id; …`.
std::int64_t read_id(std::string_view what, std::string_view text);

/// Why something was not done, for people.
std::string_view sentence_of(const Error& error);

}  // namespace pay::app
