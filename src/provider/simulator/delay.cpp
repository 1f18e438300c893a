#include "provider/simulator/delay.hpp"

namespace pay {

Delay::Delay() : thread_([this] { work(); }) {}

Delay::~Delay() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Delay::after(std::chrono::nanoseconds pause, Function function) {
  const auto moment = std::chrono::steady_clock::now() + pause;
  bool comes_first = false;
  {
    const std::lock_guard lock(mutex_);
    comes_first = waiting_.emplace(moment, std::move(function)) == waiting_.begin();
  }
  if (comes_first) changed_.notify_one();
}

void Delay::work() {
  std::unique_lock lock(mutex_);
  while (!ending_ || !waiting_.empty()) {
    if (waiting_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto next = waiting_.begin()->first;
    if (!ending_ && std::chrono::steady_clock::now() < next) {
      changed_.wait_until(lock, next);
      continue;
    }
    auto function = std::move(waiting_.extract(waiting_.begin()).mapped());
    lock.unlock();
    function();
    lock.lock();
  }
}

}  // namespace pay
