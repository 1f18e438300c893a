#include "client/wrong_keys.hpp"

namespace pay {

int WrongKeys::count(std::string_view address, Timestamp now) {
  const std::lock_guard lock(mutex_);
  while (!by_age_.empty() && windows_.at(by_age_.front()).is_over(now)) forget_oldest();
  auto found = windows_.find(std::string(address));
  if (found == windows_.end()) {
    if (by_age_.size() == max_addresses) forget_oldest();
    found = windows_.emplace(address, Window{.began = now}).first;
    by_age_.push_back(found->first);
  }
  auto& its = found->second;
  // A clock that was set back may have left one that is over behind one that is not.
  if (its.is_over(now)) its = {.began = now};
  return ++its.count;
}

void WrongKeys::forget_oldest() {
  windows_.erase(by_age_.front());
  by_age_.pop_front();
}

}  // namespace pay
