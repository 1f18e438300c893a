#include "storage/mysql/id_block.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace pay::mysql {
namespace {

TEST(IdBlock, gives_its_ids_in_order_and_not_one_more) {
  IdBlock block;
  block.add({.first = 1, .end = 3});
  block.add({.first = 11, .end = 12});
  EXPECT_EQ(block.size(), 3U);
  EXPECT_EQ(block.next(), 1);
  EXPECT_EQ(block.next(), 2);
  EXPECT_EQ(block.size(), 1U);
  EXPECT_EQ(block.next(), 11);
  EXPECT_EQ(block.size(), 0U);
  EXPECT_THROW(block.next(), std::logic_error);
}

TEST(IdBlock, what_was_drawn_comes_back_until_it_is_committed) {
  IdBlock block;
  block.add({.first = 1, .end = 3});
  block.add({.first = 11, .end = 13});
  block.next();
  block.commit();
  for (int i = 0; i < 2; ++i) block.next();
  block.roll_back();
  EXPECT_EQ(block.size(), 3U);
  EXPECT_EQ(block.next(), 2);
  EXPECT_EQ(block.next(), 11);
  block.commit();
  block.roll_back();
  EXPECT_EQ(block.next(), 12);
}

TEST(IdBlock, the_rest_of_the_newest_block_can_be_given_back) {
  IdBlock block;
  EXPECT_FALSE(block.unused());
  block.add({.first = 1, .end = 3});
  block.add({.first = 3, .end = 5});  // goes on where the first ends
  block.next();
  block.commit();
  const auto rest = block.unused();
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->first, 2);
  EXPECT_EQ(rest->end, 5);
  for (int i = 0; i < 3; ++i) block.next();
  block.commit();
  EXPECT_FALSE(block.unused());
}

}  // namespace
}  // namespace pay::mysql
