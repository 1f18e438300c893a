// What the JSON reader takes and refuses, and that numbers stay as they were written.
#include "view/json_reader.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace pay::view {
namespace {

using Kind = Node::Kind;
using namespace std::string_view_literals;

std::string text_of(std::string_view body, std::string_view member) {
  const auto json = Json::read(body);
  const Node* node = json ? json->find(member) : nullptr;
  return node != nullptr ? std::string(node->text) : "(nothing)";
}

TEST(JsonReader, keeps_the_exact_text_of_every_number) {
  for (const std::string_view number :
       {"0", "-0", "7", "-7", "1.0", "1e2", "1E+2", "21999.890000000003", "0.1", "9007199254740993",
        "18446744073709551616", "123456789012345678901234567890.50", "1e400", "-1.5e-3",
        "4242424242424242"}) {
    const std::string body = "{\"n\":" + std::string(number) + "}";
    EXPECT_EQ(text_of(body, "n"), number);
  }
}

TEST(JsonReader, unescapes_strings_and_names) {
  struct Case {
    std::string_view body;
    std::string_view text;
  };
  for (const auto& [body, text] : {
           Case{R"({"a":"x"})", "x"},
           Case{R"({"a":""})", ""},
           Case{R"({"a":"q\"b\\s\/n\nt\tb\bf\fr\r"})", "q\"b\\s/n\nt\tb\bf\fr\r"},
           Case{R"({"a":"\u00e9\u20AC"})", "é€"},
           Case{R"({"a":"\ud83d\ude00"})", "😀"},
           Case{R"({"\u0061":"by an escaped name"})", "by an escaped name"},
           Case{R"({"b":{"a":"inner"},"a":"outer"})", "outer"},
       }) {
    EXPECT_EQ(text_of(body, "a"), text) << body;
  }
}

TEST(JsonReader, takes_the_last_of_a_repeated_member) {
  EXPECT_EQ(text_of(R"({"a":1,"b":2,"a":3})", "a"), "3");
  EXPECT_EQ(text_of(R"({"a":1,"a":null})", "a"), "(nothing)");
}

TEST(JsonReader, reads_null_and_nothing_as_an_empty_object) {
  for (const std::string_view body : {"", "null", " null ", "{}", "{ }"}) {
    const auto json = Json::read(body);
    ASSERT_TRUE(json) << body;
    EXPECT_EQ(json->root().kind, Kind::object);
    EXPECT_EQ(json->find("a"), nullptr);
  }
}

TEST(JsonReader, refuses_what_is_no_json) {
  for (const std::string_view body : std::initializer_list<std::string_view>{" ",
                                                                             "{",
                                                                             "}",
                                                                             "{} {}",
                                                                             "{} x",
                                                                             "{\"a\"}",
                                                                             "{\"a\":}",
                                                                             "{\"a\":1,}",
                                                                             "{a:1}",
                                                                             "{'a':1}",
                                                                             "{\"a\":012}",
                                                                             "{\"a\":+1}",
                                                                             "{\"a\":1.}",
                                                                             "{\"a\":.5}",
                                                                             "{\"a\":1e}",
                                                                             "{\"a\":NaN}",
                                                                             "{\"a\":Infinity}",
                                                                             "{\"a\":tru}",
                                                                             "{\"a\":\"x}",
                                                                             "{\"a\":\"\n\"}",
                                                                             "{\"a\":1}//",
                                                                             "nul",
                                                                             "{\"a\":\"\\x\"}",
                                                                             "{\"a\":\"\\u12\"}",
                                                                             "\xEF\xBB\xBF{}",
                                                                             "{}\0"sv,
                                                                             "\0"sv}) {
    const auto json = Json::read(body);
    ASSERT_FALSE(json) << body;
    EXPECT_EQ(json.error().code, ErrorCode::malformed_json) << body;
  }
}

TEST(JsonReader, refuses_what_no_text_may_hold) {
  for (const std::string_view body :
       {R"({"a":"\u0000"})", R"({"a\u0000":1})", R"({"a":"\ud800"})", R"({"a":"\ud800x"})",
        R"({"a":"\udc00"})", R"({"a":"\ud800\ud800"})", "{\"a\":\"\xFF\"}", "{\"a\":\"\xC0\x80\"}",
        "{\"a\":\"\xED\xA0\x80\"}", "{\"a\":\"\xF4\x90\x80\x80\"}", "{\"a\":\"\xC3\"}", "{\"\xFF\":1}"}) {
    const auto json = Json::read(body);
    ASSERT_FALSE(json) << body;
    EXPECT_EQ(json.error().code, ErrorCode::malformed_json) << body;
  }
}

TEST(JsonReader, refuses_what_is_no_object) {
  for (const std::string_view body : {"[]", "1", "\"text\"", "true", "[{}]"}) {
    const auto json = Json::read(body);
    ASSERT_FALSE(json) << body;
    EXPECT_EQ(json.error().code, ErrorCode::invalid_request) << body;
  }
}

TEST(JsonReader, reads_eight_levels_and_refuses_nine) {
  const auto nested = [](int levels) {
    return R"({"a":)" + std::string(std::size_t(levels - 1), '[') +
           std::string(std::size_t(levels - 1), ']') + "}";
  };
  EXPECT_TRUE(Json::read(nested(8)));
  EXPECT_FALSE(Json::read(nested(9)));
  EXPECT_FALSE(Json::read(std::string(60'000, '[')));
}

TEST(JsonReader, walks_over_members_in_the_order_they_were_sent) {
  const auto json = Json::read(R"({"a":[1,{"x":[2]},3],"b":{"c":{}},"d":true,"e":null})");
  ASSERT_TRUE(json);
  std::string names;
  for (const Node& node : json->root()) names += node.name;
  EXPECT_EQ(names, "abde");
  EXPECT_EQ(json->find("a")->kind, Kind::array);
  EXPECT_EQ(json->find("b")->find("c")->kind, Kind::object);
  EXPECT_EQ(json->find("d")->kind, Kind::boolean);
  EXPECT_EQ(json->find("e"), nullptr);
}

}  // namespace
}  // namespace pay::view
