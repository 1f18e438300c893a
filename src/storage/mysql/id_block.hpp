#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pay::mysql {

/// Ids of one kind that belong to this instance. One thread.
class IdBlock {
 public:
  struct Range {
    std::int64_t first = 0;
    std::int64_t end = 0;  ///< one beyond the last
  };

  /// A block fresh from the database.
  void add(Range range);
  /// How many `next` will give.
  [[nodiscard]] std::size_t size() const;
  /// The lowest id left. There must be one: whoever decides says beforehand how many it may draw.
  std::int64_t next();

  /// What was drawn since the last `commit` is used, or comes back.
  void commit();
  void roll_back() { at_ = {}; }

  /// What is left of the newest block: the only one that the database can take back. Nothing must be drawn.
  [[nodiscard]] std::optional<Range> unused() const;

 private:
  struct Position {
    std::size_t range = 0;
    std::int64_t drawn = 0;  ///< of that range
  };
  std::vector<Range> ranges_;
  Position at_;
};

}  // namespace pay::mysql
