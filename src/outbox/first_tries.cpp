#include "outbox/first_tries.hpp"

#include <algorithm>
#include <iterator>

namespace pay {

void FirstTries::begin(Key key, Moment deadline) {
  const std::lock_guard lock(mutex_);
  if (!closed_ && waiting_.try_emplace(key).second) deadlines_.emplace_back(deadline, key);
}

void FirstTries::wait(Key key, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = waiting_.find(key); found != waiting_.end()) {
      found->second.push_back(std::move(done));
      return;
    }
  }
  done();
}

void FirstTries::over(Key key) {
  Waiting::node_type ended;
  {
    const std::lock_guard lock(mutex_);
    ended = waiting_.extract(key);
  }
  if (ended.empty()) return;
  for (auto& done : ended.mapped()) done();
}

void FirstTries::expire(Moment now) {
  std::vector<Done> expired;
  {
    const std::lock_guard lock(mutex_);
    for (; !deadlines_.empty() && deadlines_.front().first <= now; deadlines_.pop_front()) {
      auto ended = waiting_.extract(deadlines_.front().second);
      if (!ended.empty()) std::ranges::move(ended.mapped(), std::back_inserter(expired));
    }
  }
  for (auto& done : expired) done();
}

std::optional<Moment> FirstTries::next_deadline() {
  const std::lock_guard lock(mutex_);
  while (!deadlines_.empty() && !waiting_.contains(deadlines_.front().second)) deadlines_.pop_front();
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.front().first;
}

void FirstTries::close() {
  Waiting all;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    all.swap(waiting_);
    deadlines_.clear();
  }
  for (auto& [key, waiters] : all) {
    for (auto& done : waiters) done();
  }
}

}  // namespace pay
