#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "command/executor.hpp"

namespace pay::app {

/// Once a minute, on every instance: payments whose time is over become ordinary `expire` commands, and the
/// executor is asked to look after its store. Two instances do no harm: the transition decides.
class Housekeeper {
 public:
  static constexpr std::chrono::seconds interval{60};
  static constexpr std::size_t expiries_a_turn = 1000;

  Housekeeper(std::unique_ptr<ReadStore> store, Executor& executor, const Clock& clock);
  ~Housekeeper();

 private:
  void work();
  void take_a_turn();

  const std::unique_ptr<ReadStore> store_;
  Executor& executor_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace pay::app
