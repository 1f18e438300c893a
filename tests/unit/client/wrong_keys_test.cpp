// How wrong keys are counted: by address, by the minute, and never without bound.
#include "client/wrong_keys.hpp"

#include <gtest/gtest.h>

#include "support/fake_clock.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;
constexpr auto now = start_of_tests;

TEST(WrongKeys, are_counted_for_each_address) {
  WrongKeys keys;
  EXPECT_EQ(keys.count("10.0.0.1", now), 1);
  EXPECT_EQ(keys.count("10.0.0.1", now), 2);
  EXPECT_EQ(keys.count("10.0.0.2", now), 1);
  EXPECT_EQ(keys.count("10.0.0.1", now), 3);
}

TEST(WrongKeys, are_counted_together_for_an_ipv6_network) {
  WrongKeys keys;
  EXPECT_EQ(keys.count("2001:db8:0:1::1", now), 1);
  EXPECT_EQ(keys.count("2001:db8:0:1:ffff::2", now), 2);
  EXPECT_EQ(keys.count("2001:db8:0:2::1", now), 1);
  EXPECT_EQ(keys.count("fe80::1%eth0", now), 1);
  EXPECT_EQ(keys.count("fe80::2%eth0", now), 2);
}

TEST(WrongKeys, are_too_many_once_all_that_are_allowed_were_counted_until_the_minute_is_over) {
  WrongKeys keys;
  for (int i = 0; i < WrongKeys::allowed; ++i) {
    EXPECT_FALSE(keys.are_too_many("a", now));
    keys.count("a", now);
  }
  EXPECT_TRUE(keys.are_too_many("a", now + 59s));
  EXPECT_FALSE(keys.are_too_many("b", now));
  EXPECT_FALSE(keys.are_too_many("a", now + 60s));
}

TEST(WrongKeys, are_counted_anew_a_minute_after_the_first) {
  WrongKeys keys;
  keys.count("a", now);
  EXPECT_EQ(keys.count("a", now + 59s), 2);
  EXPECT_EQ(keys.count("a", now + 60s), 1);
  EXPECT_EQ(keys.count("a", now + 61s), 2);
}

TEST(WrongKeys, are_counted_anew_when_the_clock_was_set_back) {
  WrongKeys keys;
  keys.count("a", now);
  keys.count("b", now - 1h);
  EXPECT_EQ(keys.count("a", now - 1h), 1);
  EXPECT_EQ(keys.count("a", now - 1h + 1s), 2);
}

TEST(WrongKeys, of_too_many_addresses_are_forgotten_from_the_oldest_on) {
  WrongKeys keys;
  keys.count("first", now);
  for (std::size_t i = 0; i + 1 < WrongKeys::max_addresses; ++i) keys.count(std::to_string(i), now + 1s);
  EXPECT_EQ(keys.count("newest", now + 2s), 1);
  EXPECT_EQ(keys.count("newest", now + 2s), 2);
  EXPECT_EQ(keys.count("0", now + 2s), 2);
  EXPECT_EQ(keys.count("first", now + 2s), 1);
}

}  // namespace
}  // namespace pay::test
