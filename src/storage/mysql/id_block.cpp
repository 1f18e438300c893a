#include "storage/mysql/id_block.hpp"

#include <stdexcept>

namespace pay::mysql {

void IdBlock::add(Range range) {
  if (!ranges_.empty() && ranges_.back().end == range.first) {
    ranges_.back().end = range.end;
  } else {
    ranges_.push_back(range);
  }
}

std::size_t IdBlock::size() const {
  std::int64_t left = -at_.drawn;
  for (std::size_t i = at_.range; i < ranges_.size(); ++i) left += ranges_[i].end - ranges_[i].first;
  return static_cast<std::size_t>(left);
}

std::int64_t IdBlock::next() {
  while (at_.range < ranges_.size()) {
    const auto& range = ranges_[at_.range];
    if (const auto id = range.first + at_.drawn; id < range.end) {
      ++at_.drawn;
      return id;
    }
    at_ = {.range = at_.range + 1};
  }
  throw std::logic_error("more ids were drawn than were wanted");
}

void IdBlock::commit() {
  if (at_.range < ranges_.size()) ranges_[at_.range].first += at_.drawn;
  ranges_.erase(ranges_.begin(), ranges_.begin() + static_cast<std::ptrdiff_t>(at_.range));
  if (!ranges_.empty() && ranges_.front().first == ranges_.front().end) ranges_.erase(ranges_.begin());
  at_ = {};
}

std::optional<IdBlock::Range> IdBlock::unused() const {
  if (ranges_.empty()) return std::nullopt;
  return ranges_.back();
}

}  // namespace pay::mysql
