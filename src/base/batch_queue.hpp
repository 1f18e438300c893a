#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <vector>

namespace pay {

/// Where work waits for one worker that takes all of it at once. Bounded: what does not fit is refused at
/// once, so that a full service says so instead of growing. Thread-safe.
template <class T>
class BatchQueue {
 public:
  explicit BatchQueue(std::size_t limit) : limit_(limit) {}

  /// Moves as many items as fit, in order, out of the front of `items`; those left over were refused.
  void push(std::vector<T>& items) {
    if (items.empty()) return;
    {
      const std::lock_guard lock(mutex_);
      const auto room = closed_ ? 0 : limit_ - std::min(limit_, waiting_.size());
      const auto taken = static_cast<std::ptrdiff_t>(std::min(room, items.size()));
      waiting_.insert(waiting_.end(), std::make_move_iterator(items.begin()),
                      std::make_move_iterator(items.begin() + taken));
      items.erase(items.begin(), items.begin() + taken);
    }
    ready_.notify_one();
  }

  /// Waits for work and takes at most `most` of it. An empty batch after `wake`; nothing once the queue is
  /// closed and drained.
  std::optional<std::vector<T>> pop(std::size_t most) {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return closed_ || woken_ || !waiting_.empty(); });
    woken_ = false;
    if (closed_ && waiting_.empty()) return std::nullopt;
    const auto taken = static_cast<std::ptrdiff_t>(std::min(most, waiting_.size()));
    std::vector<T> batch(std::make_move_iterator(waiting_.begin()),
                         std::make_move_iterator(waiting_.begin() + taken));
    waiting_.erase(waiting_.begin(), waiting_.begin() + taken);
    return batch;
  }

  /// Has the worker look up, work or not.
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    ready_.notify_one();
  }

  /// Refuses new work; what waits is still handed out.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<T> waiting_;
  bool closed_ = false;
  bool woken_ = false;
};

}  // namespace pay
