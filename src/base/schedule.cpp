#include "base/schedule.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace pay {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds longest_pause = 7 * 24h;
constexpr std::size_t most_pauses = 1000;

/// Takes a number's digits from the front of `text`. Nothing when there are none, or too many.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<milliseconds> unit_named(std::string_view name) {
  static constexpr auto units = std::to_array<std::pair<std::string_view, milliseconds>>(
      {{"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}});
  const auto* const found = std::ranges::find(units, name, &std::pair<std::string_view, milliseconds>::first);
  return found == units.end() ? std::nullopt : std::optional(found->second);
}

struct Step {
  milliseconds pause{};
  std::size_t times = 1;
};

/// `10s`, `10s*12`.
std::optional<Step> parse_step(std::string_view text) {
  Step step;
  if (const auto star = text.find('*'); star != text.npos) {
    auto rest = text.substr(star + 1);
    const auto times = take_number(rest);
    if (!times || !rest.empty() || *times < 1 || std::cmp_greater(*times, most_pauses)) return std::nullopt;
    step.times = static_cast<std::size_t>(*times);
    text = text.substr(0, star);
  }
  const auto number = take_number(text);
  const auto unit = unit_named(text);
  if (!number || !unit || *number < 1 || *number > longest_pause / *unit) return std::nullopt;
  step.pause = *number * *unit;
  return step;
}

}  // namespace

std::optional<Schedule> Schedule::parse(std::string_view text) {
  Schedule schedule;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) {
      const auto step = parse_step(text.substr(0, end));
      if (!step || step->times > most_pauses - schedule.pauses_.size()) return std::nullopt;
      schedule.pauses_.insert(schedule.pauses_.end(), step->times, step->pause);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (schedule.pauses_.empty()) return std::nullopt;
  return schedule;
}

std::optional<milliseconds> Schedule::pause_after(int failures, double luck) const {
  if (failures < 1 || std::cmp_greater(failures, pauses_.size())) return std::nullopt;
  const auto pause = pauses_[static_cast<std::size_t>(failures - 1)];
  const auto spread = std::chrono::duration<double, std::milli>(pause) * (0.9 + 0.2 * luck);
  return std::max(1ms, std::chrono::round<milliseconds>(spread));
}

}  // namespace pay
