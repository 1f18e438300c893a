#include "outbox/settler.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pay {
namespace {

/// The first `Settler::group_limit` of them.
std::vector<Settlement> take_group(std::vector<Settlement>& from) {
  if (from.size() <= Settler::group_limit) return std::exchange(from, {});
  const auto end = from.begin() + static_cast<std::ptrdiff_t>(Settler::group_limit);
  std::vector<Settlement> group(std::move_iterator(from.begin()), std::move_iterator(end));
  from.erase(from.begin(), end);
  return group;
}

}  // namespace

Settler::Settler(Relay::Settle settle, Saved saved, Steady now)
    : settle_(std::move(settle)), saved_(std::move(saved)), now_(std::move(now)) {}

void Settler::open() {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::not_open) return;
    state_ = State::idle;
  }
  give();
}

void Settler::add(Settlement settlement) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::closed) return;
    gathered_.push_back(std::move(settlement));
  }
  give();
}

void Settler::look_after() {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::pausing || now_() < again_at_) return;
    state_ = State::idle;
  }
  give();
}

std::optional<Moment> Settler::next_look() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::pausing ? std::optional(again_at_) : std::nullopt;
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
    group = take_group(gathered_);
    given_ = group;
    state_ = State::under_way;
  }
  settle_(std::move(group), [self = shared_from_this()](bool saved) { self->on_saved(saved); });
}

void Settler::on_saved(bool saved) {
  std::vector<Settlement> settled;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::under_way) return;
    if (saved) {
      settled = std::exchange(given_, {});
      pause_ = first_pause;
      state_ = State::idle;
    } else {
      gathered_.insert(gathered_.begin(), std::move_iterator(given_.begin()),
                       std::move_iterator(given_.end()));
      given_.clear();
      again_at_ = now_() + pause_;
      pause_ = std::min(pause_ * 2, longest_pause);
      state_ = State::pausing;
    }
  }
  if (!settled.empty()) saved_(settled);
  give();
}

void Settler::close(std::vector<Settlement> last) {
  std::vector<Settlement> rest;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(state_, State::closed) == State::not_open) return;
    rest = std::exchange(gathered_, {});
  }
  std::ranges::move(last, std::back_inserter(rest));
  while (!rest.empty()) settle_(take_group(rest), [](bool) {});
}

}  // namespace pay
