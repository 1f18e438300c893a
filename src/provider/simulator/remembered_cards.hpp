#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "provider/outcome.hpp"

namespace pay {

/// What was said of typed cards, by the attempt's key: never the card. The newest `limit` of them.
/// Thread-safe.
class RememberedCards {
 public:
  static constexpr std::size_t limit = 100'000;

  void keep(const std::string& key, const Outcome& outcome) {
    const std::lock_guard lock(mutex_);
    if (!outcomes_.emplace(key, outcome).second) return;
    in_order_.push_back(key);
    if (in_order_.size() <= limit) return;
    outcomes_.erase(in_order_.front());
    in_order_.pop_front();
  }

  [[nodiscard]] std::optional<Outcome> find(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = outcomes_.find(key);
    return found == outcomes_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Outcome> outcomes_;
  std::deque<std::string> in_order_;
};

}  // namespace pay
