#include "outbox/lane.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pay {
namespace {

/// A receiver that knows some orders and not others must not fill the log.
constexpr std::chrono::seconds pause_between_news{10};

}  // namespace

bool Lane::takes_first() const {
  return !breaker_.is_open() && keeps_up_ && first_.size() < buffer();
}

std::size_t Lane::room(Moment now) const {
  if (breaker_.is_open()) return breaker_.allows(now) && is_idle() ? 1 : 0;
  return claimed_.size() < limits_.concurrency ? buffer() - claimed_.size() - in_flight_ : 0;
}

bool Lane::is_hungry() const {
  return outbox_has_more_ && !breaker_.is_open() && claimed_.size() < limits_.concurrency;
}

void Lane::begin(Moment now, Turn& turn) {
  // What waits for a receiver that does not answer is nobody's first try any more.
  if (breaker_.is_open()) {
    std::ranges::move(first_, std::back_inserter(turn.left));
    first_.clear();
  }
  leave_late(first_, now, turn.left);
  leave_late(claimed_, now, turn.left);
  while (in_flight_ < limits_.concurrency && breaker_.allows(now)) {
    auto& queue = next_queue();
    if (queue.empty()) return;
    first_went_last_ = &queue == &first_;
    breaker_.on_try(now);
    ++in_flight_;
    queue.front().is_probe = breaker_.is_open();
    turn.begun.push_back(std::move(queue.front()));
    queue.pop_front();
  }
}

Lane::Change Lane::end(Sign sign, std::chrono::nanoseconds took, Moment now) {
  --in_flight_;
  const bool was_open = breaker_.is_open();
  switch (sign) {
    case Sign::answered:
      breaker_.on_answer();
      keeps_up_ = took < limits_.quick_time;
      break;
    case Sign::silent:
      breaker_.on_silence(now);
      keeps_up_ = keeps_up_ && took < limits_.quick_time;
      break;
    case Sign::none:
      break;
  }
  if (breaker_.is_open() == was_open) return Change::none;
  return was_open ? Change::closed : Change::opened;
}

bool Lane::is_news(std::string_view error, Moment now) {
  if (said_last_ == error || now < quiet_until_) return false;
  said_last_ = error;
  quiet_until_ = now + pause_between_news;
  return true;
}

std::vector<Errand> Lane::clear() {
  std::vector<Errand> all(std::move_iterator(first_.begin()), std::move_iterator(first_.end()));
  std::ranges::move(claimed_, std::back_inserter(all));
  first_.clear();
  claimed_.clear();
  return all;
}

/// In turn, so that neither what is new nor what is old starves.
std::deque<Errand>& Lane::next_queue() {
  if (first_.empty()) return claimed_;
  return first_went_last_ && !claimed_.empty() ? claimed_ : first_;
}

/// Each queue is in the order of its errands' time limits.
void Lane::leave_late(std::deque<Errand>& queue, Moment now, std::vector<Errand>& left) {
  for (; !queue.empty() && queue.front().begin_by < now; queue.pop_front())
    left.push_back(std::move(queue.front()));
}

}  // namespace pay
