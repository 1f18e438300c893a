// Who waits for a first try, and until when.
#include <gtest/gtest.h>

#include "outbox/first_tries.hpp"

namespace pay {
namespace {

using namespace std::chrono_literals;

constexpr Moment start{1h};
constexpr FirstTries::Key key{.payment = {7}, .sequence = 2};

struct Waits : testing::Test {
  FirstTries::Done counting() {
    return [this] { ++let_go; };
  }
  FirstTries tries;
  int let_go = 0;
};

TEST_F(Waits, nobody_waits_for_a_try_that_is_not_under_way) {
  tries.wait(key, counting());
  EXPECT_EQ(let_go, 1);
  tries.begin({.payment = {7}, .sequence = 3}, start);
  tries.wait(key, counting());
  EXPECT_EQ(let_go, 2);
}

TEST_F(Waits, everybody_waits_until_the_try_is_over) {
  tries.begin(key, start + 1s);
  tries.wait(key, counting());
  tries.wait(key, counting());
  EXPECT_EQ(let_go, 0);
  tries.over(key);
  EXPECT_EQ(let_go, 2);
  tries.over(key);
  tries.expire(start + 1h);
  EXPECT_EQ(let_go, 2);
}

TEST_F(Waits, nobody_waits_beyond_the_deadline) {
  tries.begin(key, start + 1s);
  tries.wait(key, counting());
  tries.expire(start + 999ms);
  EXPECT_EQ(let_go, 0);
  tries.expire(start + 1s);
  EXPECT_EQ(let_go, 1);
  tries.wait(key, counting());
  EXPECT_EQ(let_go, 2);
}

TEST_F(Waits, the_next_deadline_is_one_of_a_try_that_is_not_over) {
  EXPECT_EQ(tries.next_deadline(), std::nullopt);
  tries.begin(key, start + 1s);
  tries.begin({.payment = {8}, .sequence = 2}, start + 2s);
  EXPECT_EQ(tries.next_deadline(), start + 1s);
  tries.over(key);
  EXPECT_EQ(tries.next_deadline(), start + 2s);
}

TEST_F(Waits, end_for_all_when_it_closes) {
  tries.begin(key, start + 1s);
  tries.wait(key, counting());
  tries.close();
  EXPECT_EQ(let_go, 1);
  tries.begin(key, start + 1s);
  tries.wait(key, counting());
  EXPECT_EQ(let_go, 2);
}

TEST_F(Waits, whoever_is_let_go_may_come_back_at_once) {
  tries.begin(key, start + 1s);
  tries.wait(key, [this] { tries.wait(key, counting()); });
  tries.over(key);
  EXPECT_EQ(let_go, 1);
}

}  // namespace
}  // namespace pay
