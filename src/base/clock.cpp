#include "base/clock.hpp"

#include <array>
#include <string_view>

namespace pay {

namespace {

/// Writes `value` with leading zeros over the digits that end at `end`.
void write_digits(char* end, int count, std::int64_t value) {
  for (; count > 0; --count, value /= 10) *--end = static_cast<char>('0' + value % 10);
}

}  // namespace

// By hand: every payment that is shown has two of them, and a general formatter takes ten times as long.
void append_rfc3339(std::string& out, Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 28> text{"0000-00-00T00:00:00.000000Z"};
  write_digits(&text[4], 4, int(date.year()));
  write_digits(&text[7], 2, unsigned(date.month()));
  write_digits(&text[10], 2, unsigned(date.day()));
  write_digits(&text[13], 2, clock.hours().count());
  write_digits(&text[16], 2, clock.minutes().count());
  write_digits(&text[19], 2, clock.seconds().count());
  write_digits(&text[26], 6, clock.subseconds().count());
  out += std::string_view(text.data(), text.size() - 1);
}

std::string to_rfc3339(Timestamp time) {
  std::string text;
  append_rfc3339(text, time);
  return text;
}

}  // namespace pay
