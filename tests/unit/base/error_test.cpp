// The list of error codes: names are public, so each has one and none has two.
#include "base/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace pay {
namespace {

constexpr int codes = static_cast<int>(ErrorCode::unavailable) + 1;

TEST(ErrorCode, is_found_by_its_name) {
  std::set<std::string_view> names;
  for (int i = 0; i < codes; ++i) {
    const auto code = static_cast<ErrorCode>(i);
    names.insert(name(code));
    EXPECT_EQ(find_error_code(name(code)), code) << name(code);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(codes));
}

TEST(ErrorCode, is_not_found_by_anything_else) {
  for (const auto* text : {"", "ok", "Not_Found", "not_found ", "card", "unavailable\n"}) {
    EXPECT_EQ(find_error_code(text), std::nullopt) << text;
  }
}

TEST(ErrorCode, is_spelled_in_small_letters_and_underscores) {
  for (int i = 0; i < codes; ++i) {
    const auto text = name(static_cast<ErrorCode>(i));
    EXPECT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos) << text;
  }
}

TEST(ErrorCode, may_be_tried_again_only_when_time_alone_can_help) {
  std::set<std::string_view> names;
  for (int i = 0; i < codes; ++i) {
    const auto code = static_cast<ErrorCode>(i);
    if (retryable(code)) names.insert(name(code));
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"idempotency_key_in_use", "rate_limited", "unavailable"}));
}

}  // namespace
}  // namespace pay
