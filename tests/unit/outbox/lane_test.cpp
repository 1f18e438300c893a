// What is said of a receiver in the log: what is new, and not too often.
#include "outbox/lane.hpp"

#include <gtest/gtest.h>

namespace pay {
namespace {

using namespace std::chrono_literals;

TEST(Lane, says_what_is_new_about_a_receiver_once) {
  Lane lane({});
  const Moment now{1h};
  EXPECT_FALSE(lane.is_news("", now)) << "it was told, as it should be";
  EXPECT_TRUE(lane.is_news("refused", now));
  EXPECT_FALSE(lane.is_news("refused", now + 1h));
  EXPECT_TRUE(lane.is_news("status 500", now + 1h));
  EXPECT_TRUE(lane.is_news("", now + 2h));
}

TEST(Lane, does_not_fill_the_log_with_a_receiver_that_changes_its_mind) {
  Lane lane({});
  const Moment now{1h};
  EXPECT_TRUE(lane.is_news("updated:false", now));
  EXPECT_FALSE(lane.is_news("", now + 9s));
  EXPECT_FALSE(lane.is_news("updated:false", now + 9s));
  EXPECT_TRUE(lane.is_news("", now + 10s));
}

}  // namespace
}  // namespace pay
