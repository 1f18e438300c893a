// How much of what strangers cause gets into the log.
#include "client/line_budget.hpp"

#include <gtest/gtest.h>

#include "support/fake_clock.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;
using Answer = LineBudget::Answer;
constexpr auto now = start_of_tests;

TEST(LineBudget, is_a_hundred_lines_a_minute_and_one_that_says_so) {
  LineBudget budget;
  for (int i = 0; i < LineBudget::allowed; ++i) EXPECT_EQ(budget.ask(now), Answer::write) << i;
  EXPECT_EQ(budget.ask(now + 1s), Answer::say_that_it_is_the_last);
  EXPECT_EQ(budget.ask(now + 2s), Answer::be_silent);
  EXPECT_EQ(budget.ask(now + 59s), Answer::be_silent);
  EXPECT_EQ(budget.ask(now + 60s), Answer::write);
}

TEST(LineBudget, begins_anew_when_the_clock_was_set_back) {
  LineBudget budget;
  for (int i = 0; i < LineBudget::allowed + 2; ++i) budget.ask(now);
  EXPECT_EQ(budget.ask(now - 1h), Answer::write);
}

}  // namespace
}  // namespace pay::test
