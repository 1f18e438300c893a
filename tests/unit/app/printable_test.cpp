// What may be kept and shown: UTF-8 (RFC 3629) without control characters.
#include "app/cli/printable.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pay::app {
namespace {

TEST(Printable, are_all_letters_of_the_world) {
  for (const auto* text :
       {"", "seen in the dashboard", "vu à l'écran : 99,53 $", "確認済み", "ok \U0001F44D"}) {
    EXPECT_TRUE(is_printable(text)) << text;
    EXPECT_FALSE(holds_control(text)) << text;
  }
}

TEST(Printable, are_no_controls) {
  for (const auto text : std::to_array<std::string_view>(
           {"two\nlines", "\t", "\x1b[2J", "a\x7f", "a\rb", std::string_view("\0", 1)})) {
    EXPECT_FALSE(is_printable(text)) << text;
    EXPECT_TRUE(holds_control(text)) << text;
  }
  EXPECT_FALSE(
      is_printable("\xc2\x9b"
                   "2J"))
      << "an escape of ISO 6429 in one character";
}

TEST(Printable, is_nothing_that_is_no_utf8) {
  for (const auto* text : {"\xff", "\x9b", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x28\xa1"}) {
    EXPECT_FALSE(is_printable(text));
  }
}

}  // namespace
}  // namespace pay::app
