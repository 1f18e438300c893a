#include "storage/mysql/sql.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace pay::mysql {
namespace {

using namespace std::string_literals;

std::string literal(std::string_view text) {
  std::string out;
  append_text(out, text);
  return out;
}

TEST(Literal, a_quote_is_doubled) {
  EXPECT_EQ(literal(""), "''");
  EXPECT_EQ(literal("shop"), "'shop'");
  EXPECT_EQ(literal("it's"), "'it''s'");
  EXPECT_EQ(literal("''"), "''''''");
  EXPECT_EQ(literal("'; DROP TABLE payments; --"), "'''; DROP TABLE payments; --'");
}

TEST(Literal, what_a_session_setting_could_change_is_written_in_hexadecimal) {
  EXPECT_EQ(literal("a\\"), "_utf8mb4 X'615C'");
  EXPECT_EQ(literal("\\' OR 1"), "_utf8mb4 X'5C27204F522031'");
  EXPECT_EQ(literal("a\0b"s), "_utf8mb4 X'610062'");
}

TEST(Literal, other_characters_stay_as_they_are) {
  EXPECT_EQ(literal("é 日本 % _ \" ` \n"), "'é 日本 % _ \" ` \n'");
}

TEST(Literal, bytes_are_hexadecimal) {
  std::string out;
  append_bytes(out, "\x00\x7F\xFF"s);
  EXPECT_EQ(out, "X'007FFF'");
}

TEST(Tuple, values_stand_in_the_order_they_were_given) {
  std::string out;
  Tuple tuple(out);
  tuple.integer(-9'007'199'254'740'991);
  tuple.null();
  tuple.text("a");
  tuple.close();
  EXPECT_EQ(out, "(-9007199254740991,NULL,'a')");
}

const auto write_integer = [](Tuple& tuple, int value) { tuple.integer(value); };

TEST(Script, statements_that_fit_go_together) {
  Script script;
  script.clear(1000);
  script.add("BEGIN", Purpose::writer);
  script.insert("INSERT INTO t VALUES ", std::array{1, 2, 3}, write_integer, " TAIL");
  script.insert("INSERT INTO u VALUES ", std::array<int, 0>{}, write_integer);
  script.add("COMMIT", Purpose::commit);
  ASSERT_EQ(script.packets().size(), 1U);
  EXPECT_EQ(script.packets()[0].text, "BEGIN;INSERT INTO t VALUES (1),(2),(3) TAIL;COMMIT");
  EXPECT_EQ(script.packets()[0].purposes, (std::vector{Purpose::writer, Purpose::other, Purpose::commit}));
}

TEST(Script, a_full_packet_ends_the_statement_and_begins_it_anew) {
  Script script;
  script.clear(20);
  script.insert("INSERT ", std::array{111111, 222222, 333333, 444444}, write_integer, " TAIL", Purpose::keys);
  script.add("COMMIT", Purpose::commit);
  ASSERT_EQ(script.packets().size(), 3U);
  EXPECT_EQ(script.packets()[0].text, "INSERT (111111),(222222) TAIL");
  EXPECT_EQ(script.packets()[1].text, "INSERT (333333),(444444) TAIL");
  EXPECT_EQ(script.packets()[2].text, "COMMIT");
  EXPECT_EQ(script.packets()[1].purposes, std::vector{Purpose::keys});
}

TEST(Script, a_cleared_one_begins_with_nothing) {
  Script script;
  script.clear(1);
  script.add("A");
  script.add("B");
  script.clear(100);
  EXPECT_TRUE(script.packets().empty());
  script.add("C");
  ASSERT_EQ(script.packets().size(), 1U);
  EXPECT_EQ(script.packets()[0].text, "C");
  EXPECT_EQ(script.packets()[0].purposes.size(), 1U);
}

}  // namespace
}  // namespace pay::mysql
