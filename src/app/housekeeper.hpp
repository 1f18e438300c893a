#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "app/overdue.hpp"
#include "base/metrics.hpp"
#include "flow/flow.hpp"
#include "storage/store.hpp"

namespace pay::app {

/// Once a minute, on every instance: payments whose time is over become ordinary `expire` commands, the
/// executor is asked to look after its store, and what only an operator can settle is counted. Two instances
/// do no harm: the transition decides.
class Housekeeper {
 public:
  static constexpr std::chrono::seconds interval{60};
  static constexpr std::size_t expiries_a_turn = 1000;
  static constexpr std::size_t most_counted = 1000;  ///< an operator need not know how many more

  /// What it works with. All outlive it.
  struct Parts {
    Flow& flow;
    Executor& executor;
    Metrics& metrics;
    const Clock& clock;
  };
  Housekeeper(std::unique_ptr<ReadStore> store, Parts parts);
  ~Housekeeper();

 private:
  void work();
  void take_a_turn();
  void expire_payments();
  void count_attempts();

  const std::unique_ptr<ReadStore> store_;
  const Parts parts_;
  const std::shared_ptr<Overdue> overdue_ = std::make_shared<Overdue>();  ///< answers may come after its end
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace pay::app
