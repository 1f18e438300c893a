#include "base/rare.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pay {
namespace {

TEST(Rare, empty_takes_the_room_of_a_pointer) {
  EXPECT_EQ(sizeof(Rare<std::string>), sizeof(void*));
  EXPECT_FALSE(Rare<std::string>());
  EXPECT_THROW(static_cast<void>(Rare<std::string>().value()), std::bad_optional_access);
}

TEST(Rare, a_copy_has_a_value_of_its_own) {
  Rare<std::string> one(std::string("here"));
  auto copy = one;
  EXPECT_EQ(copy, one);
  *copy = "there";
  EXPECT_EQ(*one, "here");
  one = copy;
  EXPECT_EQ(one, copy);
  copy.reset();
  EXPECT_EQ(one.value(), "there");
}

TEST(Rare, what_is_there_and_what_is_not_differ) {
  Rare<std::string> one(std::string{});
  EXPECT_NE(one, Rare<std::string>());
  EXPECT_EQ(Rare<std::string>(), Rare<std::string>(std::nullopt));
  one = std::nullopt;
  EXPECT_EQ(one, Rare<std::string>());
}

}  // namespace
}  // namespace pay
