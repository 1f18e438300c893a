#include "storage/mysql/writer_row.hpp"

#include <fmt/format.h>

#include <random>

#include "storage/mysql/sql.hpp"

namespace pay::mysql {
namespace {

constexpr std::int64_t a_day = 24LL * 3600 * 1'000'000;

std::string is_dead() {
  return fmt::format("updated_at < {} - {}", database_now, a_day);
}

}  // namespace

WriterRow::WriterRow() {
  std::random_device random;
  instance_ = fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

std::string WriterRow::insert(std::int64_t batch) const {
  return fmt::format("INSERT INTO writer (instance, last_batch, updated_at) VALUES ('{}', {}, {})", instance_,
                     batch, database_now);
}

std::string WriterRow::count_up() const {
  return fmt::format("{} ON DUPLICATE KEY UPDATE last_batch = IF(last_batch = {}, VALUES(last_batch), -1)",
                     insert(last_batch + 1), last_batch);
}

std::string WriterRow::check() const {
  return move(last_batch + 1, last_batch + 1);
}

std::string WriterRow::select() const {
  return fmt::format("SELECT last_batch FROM writer WHERE instance = '{}'", instance_);
}

std::string WriterRow::move(std::optional<std::int64_t> from, std::int64_t to) const {
  if (!from) return insert(to);
  return fmt::format("UPDATE writer SET last_batch = IF(last_batch = {}, {}, -1) WHERE instance = '{}'",
                     *from, to, instance_);
}

std::string WriterRow::remove() const {
  return fmt::format("DELETE FROM writer WHERE instance = '{}'", instance_);
}

std::string WriterRow::touch() const {
  return fmt::format("UPDATE writer SET updated_at = {} WHERE instance = '{}'", database_now, instance_);
}

std::string WriterRow::select_dead() {
  return "SELECT instance FROM writer WHERE " + is_dead();
}

std::string WriterRow::remove_dead(std::string_view instance) {
  return fmt::format("DELETE FROM writer WHERE instance = '{}' AND {}", instance, is_dead());
}

}  // namespace pay::mysql
