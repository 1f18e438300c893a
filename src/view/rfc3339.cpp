#include "view/rfc3339.hpp"

namespace pay::view {

namespace {

/// Takes a text apart from its front. After the first thing that does not fit, nothing does.
struct Scanner {
  std::string_view rest;
  bool good = true;

  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!next_is_digit()) {
        good = false;
        return 0;
      }
      value = 10 * value + (rest.front() - '0');
      rest.remove_prefix(1);
    }
    return value;
  }

  char one_of(std::string_view choice) {
    if (rest.empty() || choice.find(rest.front()) == std::string_view::npos) {
      good = false;
      return '\0';
    }
    const char found = rest.front();
    rest.remove_prefix(1);
    return found;
  }

  [[nodiscard]] bool next_is_digit() const {
    return !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
  }
};

std::chrono::microseconds scan_fraction(Scanner& scanner) {
  if (!scanner.rest.starts_with('.')) return {};
  scanner.rest.remove_prefix(1);
  if (!scanner.next_is_digit()) scanner.good = false;
  int value = 0;
  for (int place = 100'000; scanner.next_is_digit(); place /= 10) value += place * scanner.digits(1);
  return std::chrono::microseconds(value);
}

std::chrono::minutes scan_offset(Scanner& scanner) {
  const char sign = scanner.one_of("Zz+- ");
  if (sign == 'Z' || sign == 'z' || sign == '\0') return {};
  const int hours = scanner.digits(2);
  scanner.one_of(":");
  const int minutes = scanner.digits(2);
  if (hours > 23 || minutes > 59) scanner.good = false;
  const std::chrono::minutes offset(60 * hours + minutes);
  return sign == '-' ? -offset : offset;
}

}  // namespace

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  Scanner scanner{text};
  const int year = scanner.digits(4);
  scanner.one_of("-");
  const int month = scanner.digits(2);
  scanner.one_of("-");
  const int day = scanner.digits(2);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                                         std::chrono::day(unsigned(day))};
  if (!scanner.good || !date.ok()) return std::nullopt;
  const Timestamp midnight = std::chrono::sys_days(date);
  if (scanner.rest.empty()) return midnight;

  scanner.one_of("Tt ");
  const int hours = scanner.digits(2);
  scanner.one_of(":");
  const int minutes = scanner.digits(2);
  scanner.one_of(":");
  const int seconds = scanner.digits(2);
  const auto fraction = scan_fraction(scanner);
  const auto offset = scan_offset(scanner);
  // A second 60 is a leap second.
  if (!scanner.good || !scanner.rest.empty() || hours > 23 || minutes > 59 || seconds > 60)
    return std::nullopt;
  return midnight + std::chrono::hours(hours) + std::chrono::minutes(minutes) +
         std::chrono::seconds(seconds) + fraction - offset;
}

}  // namespace pay::view
