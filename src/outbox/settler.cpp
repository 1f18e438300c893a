#include "outbox/settler.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pay {

Settler::Settler(Relay::Settle settle, Saved saved, std::function<void()> wake, Steady now)
    : settle_(std::move(settle)), saved_(std::move(saved)), wake_(std::move(wake)), now_(std::move(now)) {}

void Settler::open() {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::not_open) return;
    state_ = State::idle;
  }
  give();
}

void Settler::add(Settlement settlement) {
  bool is_first_of_pause = false;
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::closed) return;
    gathered_.push_back(std::move(settlement));
    is_first_of_pause = state_ == State::pausing && gathered_.size() == 1;
  }
  look_after();
  if (is_first_of_pause) wake_();
}

void Settler::look_after() {
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::pausing && now_() >= again_at_) state_ = State::idle;
  }
  give();
}

std::optional<Moment> Settler::next_look() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::pausing && !gathered_.empty() ? std::optional(again_at_) : std::nullopt;
}

std::size_t Settler::backlog() const {
  const std::lock_guard lock(mutex_);
  return gathered_.size() + given_.size();
}

void Settler::give() {
  std::vector<Settlement> group;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::idle || gathered_.empty()) return;
    group = take_group();
    given_ = group;
    state_ = State::under_way;
  }
  settle_(std::move(group), [self = shared_from_this()](bool saved) { self->on_saved(saved); });
}

std::vector<Settlement> Settler::take_group() {
  const auto end = gathered_.begin() + static_cast<std::ptrdiff_t>(std::min(group_limit, gathered_.size()));
  std::vector<Settlement> group(std::move_iterator(gathered_.begin()), std::move_iterator(end));
  gathered_.erase(gathered_.begin(), end);
  return group;
}

void Settler::on_saved(bool saved) {
  std::vector<Settlement> settled;
  bool is_something_left = false;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::under_way) return;
    if (saved) {
      settled = std::move(given_);
      pause_ = first_pause;
      again_at_ = now_() + gathering_time;
    } else {
      gathered_.insert(gathered_.begin(), std::move_iterator(given_.begin()),
                       std::move_iterator(given_.end()));
      again_at_ = now_() + pause_;
      pause_ = std::min(pause_ * 2, longest_pause);
    }
    state_ = State::pausing;
    given_.clear();
    is_something_left = !gathered_.empty();
  }
  if (!settled.empty()) saved_(settled);
  if (is_something_left) wake_();
}

void Settler::close(std::vector<Settlement> last) {
  std::vector<std::vector<Settlement>> groups;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(state_, State::closed) == State::not_open) return;
    std::ranges::move(last, std::back_inserter(gathered_));
    while (!gathered_.empty()) groups.push_back(take_group());
  }
  for (auto& group : groups) settle_(std::move(group), [](bool) {});
}

}  // namespace pay
