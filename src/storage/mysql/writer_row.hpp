#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pay::mysql {

/// Our row of the table `writer`, as statements: `instance` is this writer's name, `last_batch` counts its
/// batches. A -1 in them is out of range and makes the statement fail, and all that was sent with it.
class WriterRow {
 public:
  /// A random name.
  WriterRow();

  std::int64_t last_batch = 0;  ///< what the row holds, as far as we know

  [[nodiscard]] std::string insert(std::int64_t batch) const;
  /// To the next batch; fails when somebody moved the row on. It may be missing: who slept for a day was
  /// taken for dead.
  [[nodiscard]] std::string count_up() const;
  /// Fails unless the row was counted up in this transaction.
  [[nodiscard]] std::string check() const;
  [[nodiscard]] std::string select() const;
  /// Fails when the row is not as it was found (nothing: missing).
  [[nodiscard]] std::string move(std::optional<std::int64_t> from, std::int64_t to) const;
  [[nodiscard]] std::string remove() const;

  [[nodiscard]] std::string touch() const;
  /// The names of those that were not touched for a day.
  [[nodiscard]] static std::string select_dead();
  [[nodiscard]] static std::string remove_dead(std::string_view instance);

 private:
  std::string instance_;
};

}  // namespace pay::mysql
