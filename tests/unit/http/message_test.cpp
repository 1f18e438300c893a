#include "http/message.hpp"

#include <gtest/gtest.h>

#include "http/response_text.hpp"

namespace pay::http {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

TEST(Request, finds_headers_in_any_case) {
  Request request;
  request.headers = {{"Content-Type", "a"}, {"X-One", "1"}, {"x-one", "2"}};
  EXPECT_EQ(request.header("content-TYPE"), "a");
  EXPECT_EQ(request.header("X-ONE"), "1");
  EXPECT_EQ(request.count("X-One"), 2);
  EXPECT_EQ(request.header("X-On"), std::nullopt);
  EXPECT_EQ(request.count("X-Two"), 0);
}

TEST(PercentDecode, decodes_whole_escapes_only) {
  EXPECT_EQ(percent_decode(""), "");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("%41%6a%6A"), "Ajj");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
  EXPECT_EQ(percent_decode("%25%32%35"), "%25");
  for (const auto* const bad : {"%", "%4", "a%", "%zz", "%4g", "%+1", "% 1"}) {
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  }
}

TEST(ParseQuery, keeps_order_repeats_and_what_it_cannot_decode) {
  EXPECT_EQ(parse_query(""), Parameters{});
  EXPECT_EQ(parse_query("a=1&b=2&a=3"), (Parameters{{"a", "1"}, {"b", "2"}, {"a", "3"}}));
  EXPECT_EQ(parse_query("a"), (Parameters{{"a", ""}}));
  EXPECT_EQ(parse_query("a=&=b&&"), (Parameters{{"a", ""}, {"", "b"}}));
  EXPECT_EQ(parse_query("a=b=c"), (Parameters{{"a", "b=c"}}));
  EXPECT_EQ(parse_query("a=1+2%2B3&%61=%20"), (Parameters{{"a", "1 2+3"}, {"a", " "}}));
  EXPECT_EQ(parse_query("a=%zz+&b=1"), (Parameters{{"a", "%zz+"}, {"b", "1"}}));
}

TEST(DateLine, is_the_form_of_http) {
  using namespace std::chrono;
  EXPECT_EQ(date_line(sys_days{1994y / 11 / 6} + 8h + 49min + 37s),
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date_line(sys_days{2000y / 2 / 29}), "Date: Tue, 29 Feb 2000 00:00:00 GMT\r\n");
}

}  // namespace
}  // namespace pay::http
