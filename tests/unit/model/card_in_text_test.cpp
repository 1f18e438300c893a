// Card numbers that try to enter through a description or a metadata value.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

#include "model/card.hpp"

namespace pay {
namespace {

TEST(CardInText, is_found_wherever_it_stands) {
  for (const std::string_view text :
       {"4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242", "4242 - 4242\t4242\n4242",
        "card 4242424242424242 please", "(4242424242424242)", "n°4242424242424242.", "a4242424242424242b",
        // Other digits before and after it are groups of their own.
        "4242 4242 4242 4242 12/30", "ref 12 4242 4242 4242 4242", "12 4242424242424242 30 123",
        "2030-01 378282246310005", "30569309025904", "4222222222222", "4000000000000000006"}) {
    EXPECT_TRUE(holds_card_number(text)) << text;
  }
}

TEST(CardInText, is_not_seen_in_other_digits) {
  for (const std::string_view text :
       {"", "order 1001", "99.53", "4242424242424241", "9999999999999", "424242424242", "4242.4242.4242.4242",
        "4242/4242/4242/4242", "4242a4242b4242c4242",
        // More digits than any card has, in one piece.
        "40000000000000000002", "424242424242424242424242", "1234567890123456789012345678901234567890",
        "2026-11-23T12:00:00.000001Z", "+1 514 555 0199", "0f8fad5b-d9cb-469f-a165-70867728950e"}) {
    EXPECT_FALSE(holds_card_number(text)) << text;
  }
}

TEST(CardInText, is_looked_for_in_linear_time) {
  // A search that starts over at every digit would take minutes for these.
  constexpr std::size_t size = std::size_t{64} << 10;
  std::string groups;
  while (groups.size() < size) groups += "7 ";
  std::string gaps;
  while (gaps.size() < size) gaps += "7" + std::string(1000, ' ');
  for (const auto& text : {std::string(size, '7'), groups, gaps, std::string(size, '-')}) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i) holds_card_number(text);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{5});
  }
}

}  // namespace
}  // namespace pay
