// The schedule as text and as pauses.
#include <gtest/gtest.h>

#include <array>

#include "base/schedule.hpp"

namespace pay {
namespace {

using namespace std::chrono_literals;

constexpr double middle = 0.5;  // luck that leaves a pause as it is

TEST(Schedule, pauses_are_read_in_order_and_repeated) {
  const auto schedule = Schedule::parse(" 5ms 1s*2  3m 4h ");
  ASSERT_TRUE(schedule);
  EXPECT_EQ(schedule->pause_after(1, middle), 5ms);
  EXPECT_EQ(schedule->pause_after(2, middle), 1s);
  EXPECT_EQ(schedule->pause_after(3, middle), 1s);
  EXPECT_EQ(schedule->pause_after(4, middle), 3min);
  EXPECT_EQ(schedule->pause_after(5, middle), 4h);
  EXPECT_EQ(schedule->pause_after(6, middle), std::nullopt);
}

TEST(Schedule, the_standard_one_is_quick_at_first_and_ends_after_a_day) {
  const auto schedule = *Schedule::parse(Schedule::standard);
  std::chrono::milliseconds total{};
  int failures = 0;
  while (const auto pause = schedule.pause_after(failures + 1, middle)) {
    total += *pause;
    ++failures;
  }
  EXPECT_EQ(failures, 41);
  EXPECT_GT(total, 23h);
  EXPECT_LT(total, 24h);
  EXPECT_EQ(schedule.pause_after(1, middle), 1s);
  EXPECT_EQ(schedule.pause_after(16, middle), 10s);
  EXPECT_EQ(schedule.pause_after(17, middle), 1min);
}

TEST(Schedule, luck_spreads_a_pause_over_nine_to_eleven_tenths) {
  const auto schedule = *Schedule::parse("10s 1ms");
  EXPECT_EQ(schedule.pause_after(1, 0.0), 9s);
  EXPECT_EQ(schedule.pause_after(1, 0.25), 9500ms);
  EXPECT_LE(schedule.pause_after(1, 0.999999), 11s);
  EXPECT_EQ(schedule.pause_after(2, 0.0), 1ms);
}

TEST(Schedule, no_failure_has_no_pause) {
  EXPECT_EQ(Schedule::parse("1s")->pause_after(0, middle), std::nullopt);
  EXPECT_EQ(Schedule::parse("1s")->pause_after(-1, middle), std::nullopt);
}

TEST(Schedule, what_is_none_is_refused) {
  static constexpr auto texts = std::to_array<const char*>({"",
                                                            "   ",
                                                            "1",
                                                            "s",
                                                            "1d",
                                                            "1 s",
                                                            "0s",
                                                            "-1s",
                                                            "+1s",
                                                            "1.5s",
                                                            "1s,2s",
                                                            "1s*",
                                                            "1s*0",
                                                            "1s*-1",
                                                            "1s*x",
                                                            "1s*2*3",
                                                            "*3",
                                                            "169h",
                                                            "8761m*2 1x",
                                                            "1s*1001",
                                                            "1s*600 1s*401",
                                                            "99999999999999999999s",
                                                            "1S"});
  for (const auto* text : texts) EXPECT_FALSE(Schedule::parse(text)) << '"' << text << '"';
}

TEST(Schedule, limits_themselves_are_allowed) {
  for (const auto* text : {"1ms", "168h", "604800000ms", "1s*1000", "1s*600 1s*400"})
    EXPECT_TRUE(Schedule::parse(text)) << text;
}

}  // namespace
}  // namespace pay
