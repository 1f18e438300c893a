#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/moment.hpp"
#include "model/payment.hpp"

namespace pay {

/// The first tries that are queued or under way, and who waits for them. Thread-safe; never calls anybody
/// under its lock.
class FirstTries {
 public:
  using Done = std::move_only_function<void()>;
  struct Key {
    PaymentId payment;
    std::int64_t sequence = 0;
    bool operator==(const Key&) const = default;
  };

  /// Deadlines come in ascending order.
  void begin(Key key, Moment deadline);
  /// Calls `done` when the try is over or its deadline has passed; at once when there is no such try.
  void wait(Key key, Done done);
  void over(Key key);
  /// Lets go of those whose deadline has passed.
  void expire(Moment now);
  /// The earliest deadline of a try that is not over.
  std::optional<Moment> next_deadline();
  /// Lets go of all; nobody waits from now on.
  void close();

 private:
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept {
      const auto mixed = static_cast<std::uint64_t>(key.payment.value) * 0x9e3779b97f4a7c15U;
      return std::hash<std::uint64_t>{}(mixed ^ static_cast<std::uint64_t>(key.sequence));
    }
  };
  using Waiting = std::unordered_map<Key, std::vector<Done>, Hash>;

  std::mutex mutex_;
  bool closed_ = false;
  Waiting waiting_;
  std::deque<std::pair<Moment, Key>> deadlines_;
};

}  // namespace pay
