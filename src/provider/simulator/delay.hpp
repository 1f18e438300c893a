#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace pay {

/// Calls functions later, on a thread of its own, in the order of their times. When it goes, those that still
/// wait are called at once: none is lost. `after` from any thread.
class Delay {
 public:
  using Function = std::move_only_function<void()>;

  Delay();
  ~Delay();

  void after(std::chrono::nanoseconds pause, Function function);

 private:
  using Moment = std::chrono::steady_clock::time_point;
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Moment, Function> waiting_;  ///< with the lock
  bool ending_ = false;                      ///< with the lock
  std::thread thread_;
};

}  // namespace pay
