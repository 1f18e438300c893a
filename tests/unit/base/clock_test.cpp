// Times as they are shown, at the edges of every part.
#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace pay {
namespace {

using namespace std::chrono;

TEST(Time, is_shown_in_utc_with_microseconds) {
  const Timestamp day = sys_days(year(2026) / 1 / 31);
  EXPECT_EQ(to_rfc3339(day), "2026-01-31T00:00:00.000000Z");
  EXPECT_EQ(to_rfc3339(day + 12h + microseconds(1)), "2026-01-31T12:00:00.000001Z");
  EXPECT_EQ(to_rfc3339(day - microseconds(1)), "2026-01-30T23:59:59.999999Z");
  EXPECT_EQ(to_rfc3339(Timestamp{}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_rfc3339(Timestamp{} - microseconds(1)), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_rfc3339(sys_days(year(2024) / 2 / 29) + 1h + 2min + 3s), "2024-02-29T01:02:03.000000Z");
  EXPECT_EQ(to_rfc3339(sys_days(year(9999) / 12 / 31) + 24h - microseconds(1)),
            "9999-12-31T23:59:59.999999Z");
}

TEST(Time, is_appended_to_what_is_there) {
  std::string text = "at ";
  append_rfc3339(text, Timestamp{});
  EXPECT_EQ(text, "at 1970-01-01T00:00:00.000000Z");
}

TEST(SystemClock, tells_the_time_of_the_system) {
  const SystemClock clock;
  const auto before = time_point_cast<microseconds>(system_clock::now());
  const auto now = clock.now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, system_clock::now());
}

}  // namespace
}  // namespace pay
