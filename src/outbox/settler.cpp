#include "outbox/settler.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace pay {
namespace {

/// A delivery is news for ever, and so is a death; the rest is about whose turn it is.
bool outlives_its_lease(const Settlement& settlement) {
  return settlement.kind == Settlement::Kind::delivered || settlement.kind == Settlement::Kind::dead;
}

}  // namespace

Settler::Settler(Relay::Settle settle, Over over, Steady now)
    : settle_(std::move(settle)), over_(std::move(over)), now_(std::move(now)) {}

void Settler::open() {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::not_open) return;
    state_ = State::idle;
  }
  give();
}

void Settler::add(Settlement settlement, Moment ours_until) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::closed) return;
    gathered_.push_back({.settlement = std::move(settlement), .ours_until = ours_until});
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
  std::vector<Settlement> useless;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::idle) return;
    std::tie(given_, useless) = take_group();
    for (const auto& entry : given_) group.push_back(entry.settlement);
    if (!group.empty()) state_ = State::under_way;
  }
  if (!useless.empty()) over_(useless);
  if (!group.empty())
    settle_(std::move(group), [self = shared_from_this()](bool saved) { self->on_saved(saved); });
}

/// As many as fit, and those before them that are of no use.
std::pair<std::vector<Settler::Entry>, std::vector<Settlement>> Settler::take_group() {
  const auto now = now_();
  std::vector<Entry> useful;
  std::vector<Settlement> useless;
  for (; !gathered_.empty() && useful.size() < group_limit; gathered_.pop_front()) {
    auto& entry = gathered_.front();
    if (now + commit_time < entry.ours_until || outlives_its_lease(entry.settlement))
      useful.push_back(std::move(entry));
    else
      useless.push_back(std::move(entry.settlement));
  }
  return {std::move(useful), std::move(useless)};
}

void Settler::on_saved(bool saved) {
  std::vector<Settlement> settled;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::under_way) return;
    if (saved) {
      for (auto& entry : given_) settled.push_back(std::move(entry.settlement));
      pause_ = first_pause;
      state_ = State::idle;
    } else {
      gathered_.insert(gathered_.begin(), std::move_iterator(given_.begin()),
                       std::move_iterator(given_.end()));
      again_at_ = now_() + pause_;
      pause_ = std::min(pause_ * 2, longest_pause);
      state_ = State::pausing;
    }
    given_.clear();
  }
  if (!settled.empty()) over_(settled);
  give();
}

void Settler::close(std::vector<Settlement> last) {
  std::vector<Settlement> rest;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(state_, State::closed) == State::not_open) return;
    while (!gathered_.empty()) {
      for (auto& entry : take_group().first) rest.push_back(std::move(entry.settlement));
    }
  }
  std::ranges::move(last, std::back_inserter(rest));
  for (auto at = rest.begin(); at != rest.end();) {
    const auto end = at + std::min(static_cast<std::ptrdiff_t>(group_limit), rest.end() - at);
    settle_({std::move_iterator(at), std::move_iterator(end)}, [](bool) {});
    at = end;
  }
}

}  // namespace pay
