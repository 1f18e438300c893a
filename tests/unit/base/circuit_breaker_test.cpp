// When a receiver is left alone, and when it is asked again.
#include <gtest/gtest.h>

#include "base/circuit_breaker.hpp"

namespace pay {
namespace {

using namespace std::chrono_literals;

constexpr Moment start{1h};

CircuitBreaker opened_at(Moment moment) {
  CircuitBreaker breaker;
  for (int i = 0; i < CircuitBreaker::failures_to_open; ++i) breaker.on_silence(moment);
  return breaker;
}

TEST(CircuitBreaker, opens_after_five_silences_in_a_row) {
  CircuitBreaker breaker;
  for (int i = 0; i < 4; ++i) breaker.on_silence(start);
  EXPECT_FALSE(breaker.is_open());
  EXPECT_TRUE(breaker.allows(start));
  breaker.on_silence(start);
  EXPECT_TRUE(breaker.is_open());
  EXPECT_FALSE(breaker.allows(start));
}

TEST(CircuitBreaker, an_answer_begins_the_count_anew) {
  CircuitBreaker breaker;
  for (int i = 0; i < 4; ++i) breaker.on_silence(start);
  breaker.on_answer();
  for (int i = 0; i < 4; ++i) breaker.on_silence(start);
  EXPECT_FALSE(breaker.is_open());
}

TEST(CircuitBreaker, an_open_one_allows_one_try_every_ten_seconds) {
  auto breaker = opened_at(start);
  EXPECT_FALSE(breaker.allows(start + 9999ms));
  EXPECT_TRUE(breaker.allows(start + 10s));
  breaker.on_try(start + 12s);
  EXPECT_FALSE(breaker.allows(start + 12s));
  EXPECT_FALSE(breaker.allows(start + 21s));
  EXPECT_TRUE(breaker.allows(start + 22s));
}

TEST(CircuitBreaker, tries_that_were_under_way_when_it_opened_do_not_put_the_next_one_off) {
  auto breaker = opened_at(start);
  breaker.on_silence(start + 5s);
  EXPECT_TRUE(breaker.allows(start + 10s));
}

TEST(CircuitBreaker, an_answer_closes_it) {
  auto breaker = opened_at(start);
  breaker.on_answer();
  EXPECT_FALSE(breaker.is_open());
  EXPECT_TRUE(breaker.allows(start));
}

TEST(CircuitBreaker, opens_and_is_tried_as_its_user_says) {
  CircuitBreaker breaker(2, 3s);
  breaker.on_silence(start);
  EXPECT_FALSE(breaker.is_open());
  breaker.on_silence(start);
  EXPECT_TRUE(breaker.is_open());
  EXPECT_FALSE(breaker.allows(start + 2999ms));
  EXPECT_TRUE(breaker.allows(start + 3s));
}

}  // namespace
}  // namespace pay
