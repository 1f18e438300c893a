// What must not outlive its use, and must not be shown.
#include "base/secret.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

namespace pay {
namespace {

TEST(Secret, gives_its_text_to_who_asks_for_it) {
  EXPECT_EQ(Secret{"4242"}.reveal(), "4242");
  EXPECT_EQ(Secret{}.reveal(), "");
}

TEST(Secret, is_printed_as_three_stars) {
  EXPECT_EQ(fmt::format("{}", Secret{"4242"}), "***");
  EXPECT_EQ(fmt::format("[{:>5}]", Secret{"4242"}), "[  ***]");
}

TEST(Secret, cannot_be_copied) {
  static_assert(!std::is_copy_constructible_v<Secret>);
  static_assert(!std::is_copy_assignable_v<Secret>);
}

TEST(Secret, longer_than_its_room_is_cut) {
  EXPECT_EQ(Secret{std::string(100, '7')}.reveal(), std::string(Secret::capacity, '7'));
}

/// True when every byte that held text is zero.
bool is_wiped(const Secret& secret) {
  const char* first = secret.reveal().data();
  return secret.reveal().empty() &&
         std::all_of(first, first + Secret::capacity, [](char c) { return c == 0; });
}

TEST(Secret, is_wiped_when_it_is_moved_from) {
  Secret first{"4242424242424242"};
  Secret second{std::move(first)};
  EXPECT_EQ(second.reveal(), "4242424242424242");
  EXPECT_TRUE(is_wiped(first));  // NOLINT(bugprone-use-after-move): that is the point

  Secret third{"123"};
  third = std::move(second);
  EXPECT_EQ(third.reveal(), "4242424242424242");
  EXPECT_TRUE(is_wiped(second));  // NOLINT(bugprone-use-after-move)
}

TEST(Secret, moved_to_itself_stays) {
  Secret secret{"123"};
  auto& same = secret;
  secret = std::move(same);
  EXPECT_EQ(secret.reveal(), "123");
}

}  // namespace
}  // namespace pay
