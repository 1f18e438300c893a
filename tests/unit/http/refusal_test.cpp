// Goal: whatever two servers in a row could understand differently, or what is not HTTP, is answered with 400
// and a close, and never reaches the handler. Method: one connection a case, bytes written by hand; behind
// each request stands a second one that must not be answered.
#include <gtest/gtest.h>

#include "unit/http/client.hpp"
#include "unit/http/test_server.hpp"

namespace pay::http {
namespace {

struct Case {
  const char* rule;
  std::string bytes;
};

const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

std::string post(const std::string& fields, const std::string& body) {
  return "POST /p HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}
std::string get(const std::string& fields) {
  return "GET /p HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}
std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int at = 0; at < times; ++at) all += text;
  return all;
}

void expect_refused(const std::vector<Case>& cases, const std::string& status) {
  TestServer server;
  for (const auto& [rule, bytes] : cases) {
    const auto answer = exchange(server.port(), bytes + smuggled);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + status)) << rule << ": " << answer;
    EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << rule;
    EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos) << rule << ": " << answer;
  }
  EXPECT_EQ(server.handled(), 0);
  RawClient next(server.port());
  next.send(smuggled);
  EXPECT_EQ(next.receive().status, 200);
}

TEST(Refusal, a_request_line_that_is_none) {
  expect_refused(
      {
          {"no target", "GET\r\nHost: x\r\n\r\n"},
          {"no version", "GET /p\r\nHost: x\r\n\r\n"},
          {"an empty version", "GET / \r\n\r\n"},
          {"HTTP/2", "GET /p HTTP/2.0\r\nHost: x\r\n\r\n"},
          {"HTTP/1.2", "GET /p HTTP/1.2\r\nHost: x\r\n\r\n"},
          {"HTTP/0.9", "GET /p HTTP/0.9\r\nHost: x\r\n\r\n"},
          {"lower case version", "GET /p http/1.1\r\nHost: x\r\n\r\n"},
          {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
          {"two blanks", "GET  /p HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"a blank in the target", "GET /p q HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"a blank at the end", "GET /p HTTP/1.1 \r\nHost: x\r\n\r\n"},
          {"a blank at the start", " GET /p HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"a tab", "GET\t/p HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"a method that is no token", "G(T /p HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"a control character in the target", "GET /p\x01 HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"a NUL in the target", std::string("GET /p\0 HTTP/1.1\r\nHost: x\r\n\r\n", 30)},
          {"a relative target", "GET p HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"a star that is not asked OPTIONS of", "GET * HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"authority form", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"another scheme", "GET ftp://x/p HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"an absolute target without a host", "GET http:///p HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"a fragment", "GET /p#q HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"a fragment behind a host", "GET http://x#q HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"a cut escape", "GET /p%4 HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"an escape that is not hexadecimal", "GET /p%zz HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"TLS", "\x16\x03\x01\x02"},
      },
      "400");
}

TEST(Refusal, lines_that_end_or_begin_wrongly) {
  expect_refused(
      {
          {"bare LF everywhere", "GET /p HTTP/1.1\nHost: x\n\n"},
          {"bare LF behind the request line", "GET /p HTTP/1.1\nHost: x\r\n\r\n"},
          {"bare LF behind a field", "GET /p HTTP/1.1\r\nHost: x\nA: b\r\n\r\n"},
          {"bare LF as the empty line", "GET /p HTTP/1.1\r\nHost: x\r\n\n"},
          {"bare LF before the request", "\nGET /p HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"bare CR in a value", get("A: b\rc\r\n")},
          {"bare CR as a line end", "GET /p HTTP/1.1\rHost: x\r\n\r\n"},
          {"two CR", "GET /p HTTP/1.1\r\r\nHost: x\r\n\r\n"},
          {"a folded value", get("A: b\r\n c\r\n")},
          {"a value folded by a tab", get("A: b\r\n\tc\r\n")},
          {"a folded first line", "GET /p HTTP/1.1\r\n Host: x\r\n\r\n"},
          {"white space as the empty line", "GET /p HTTP/1.1\r\nHost: x\r\n \r\n\r\n"},
          {"white space before the colon", get("A : b\r\n")},
          {"white space before the length's colon", post("Content-Length : 1\r\n", "x")},
          {"no colon", get("A\r\n")},
          {"an empty name", get(": b\r\n")},
          {"a name that is no token", get("A(b): c\r\n")},
          {"a name of other letters", get("\xc3\xa9: c\r\n")},
          {"a control character in a value", get("A: b\x01\r\n")},
          {"DEL in a value", get("A: b\x7f\r\n")},
          {"a NUL in a value", get(std::string("A: b\0c\r\n", 8))},
      },
      "400");
}

TEST(Refusal, a_host_that_is_missing_or_doubtful) {
  expect_refused(
      {
          {"none", "GET /p HTTP/1.1\r\n\r\n"},
          {"none with an absolute target", "GET http://x/p HTTP/1.1\r\n\r\n"},
          {"two", get("Host: y\r\n")},
          {"two equal", get("Host: x\r\n")},
          {"two in HTTP/1.0", "GET /p HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n"},
          {"a list", "GET /p HTTP/1.1\r\nHost: x, y\r\n\r\n"},
          {"a path", "GET /p HTTP/1.1\r\nHost: x/y\r\n\r\n"},
          {"a user", "GET /p HTTP/1.1\r\nHost: a@x\r\n\r\n"},
          {"a user in an absolute target", "GET http://a@x/p HTTP/1.1\r\nHost: x\r\n\r\n"},
      },
      "400");
}

TEST(Refusal, a_body_whose_end_is_doubtful) {
  expect_refused(
      {
          {"length and chunks", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
          {"chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")},
          {"two lengths", post("Content-Length: 1\r\nContent-Length: 2\r\n", "x")},
          {"two equal lengths", post("Content-Length: 1\r\nContent-Length: 1\r\n", "x")},
          {"a list of lengths", post("Content-Length: 1, 1\r\n", "x")},
          {"a list of different lengths", post("Content-Length: 1, 2\r\n", "x")},
          {"a positive length", post("Content-Length: +1\r\n", "x")},
          {"a negative length", post("Content-Length: -1\r\n", "x")},
          {"a hexadecimal length", post("Content-Length: 0x1\r\n", "x")},
          {"a fractional length", post("Content-Length: 1.0\r\n", "x")},
          {"no length", post("Content-Length: \r\n", "x")},
          {"a worded length", post("Content-Length: one\r\n", "x")},
          {"a length beyond 64 bits", post("Content-Length: 18446744073709551617\r\n", "x")},
          {"another coding", post("Transfer-Encoding: gzip\r\n", "x")},
          {"identity", post("Transfer-Encoding: identity\r\n", "x")},
          {"an empty coding", post("Transfer-Encoding: \r\n", "x")},
          {"chunked not last", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")},
          {"chunked behind another", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
          {"chunked twice in a list", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
          {"chunked twice",
           post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
          {"chunked behind a vertical tab", post("Transfer-Encoding: \x0b"
                                                 "chunked\r\n",
                                                 "0\r\n\r\n")},
          {"quoted", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")},
          {"chunked with a parameter", post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n")},
          {"a coding in HTTP/1.0",
           "POST /p HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      },
      "400");
}

TEST(Refusal, chunks_that_are_none) {
  expect_refused(
      {
          {"no size", chunked("\r\n0\r\n\r\n")},
          {"a size that is not hexadecimal", chunked("g\r\nx\r\n0\r\n\r\n")},
          {"a signed size", chunked("+1\r\nx\r\n0\r\n\r\n")},
          {"a size with 0x", chunked("0x1\r\nx\r\n0\r\n\r\n")},
          {"a size beyond 64 bits", chunked("10000000000000001\r\nx\r\n0\r\n\r\n")},
          {"a blank before the size", chunked(" 1\r\nx\r\n0\r\n\r\n")},
          {"a blank behind the size", chunked("1 \r\nx\r\n0\r\n\r\n")},
          {"bare LF behind the size", chunked("1\nx\r\n0\r\n\r\n")},
          {"bare LF behind the data", chunked("1\r\nx\n0\r\n\r\n")},
          {"data longer than its size", chunked("1\r\nxy\r\n0\r\n\r\n")},
          {"bare LF in an extension", chunked("1;a\nb\r\nx\r\n0\r\n\r\n")},
          {"bare LF in a quoted extension", chunked("1;a=\"\n\"\r\nx\r\n0\r\n\r\n")},
          {"a control character in a quoted extension", chunked("1;a=\"\x01\"\r\nx\r\n0\r\n\r\n")},
          {"a negative size", chunked("-1\r\nx\r\n0\r\n\r\n")},
          {"an extension without a semicolon", chunked("1 a\r\nx\r\n0\r\n\r\n")},
          {"an extension that ends in a quoted line end", chunked("1;a=\"\r\nx\"\r\n0\r\n\r\n")},
          {"a host in the trailers", chunked("0\r\nHost: y\r\n\r\n")},
          {"a folded trailer", chunked("0\r\nA: b\r\n c\r\n\r\n")},
          {"trailers of 20 KB in many lines",
           chunked("0\r\n" + repeated("A: " + std::string(500, 'b') + "\r\n", 40))},
          {"an extension of 20 KB", chunked("1;a=" + std::string(20'000, 'b') + "\r\nx\r\n0\r\n\r\n")},
          {"trailers of 20 KB", chunked("0\r\nA: " + std::string(20'000, 'b') + "\r\n\r\n")},
          {"a length in the trailers", chunked("0\r\nContent-Length: 5\r\n\r\n")},
          {"a coding in the trailers", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n")},
          {"bare LF in the trailers", chunked("0\r\nA: b\n\r\n\r\n")},
          {"a trailer without a colon", chunked("0\r\nA\r\n\r\n")},
      },
      "400");
}

TEST(Refusal, many_small_extensions_are_bounded_together) {
  const auto body = repeated("1;a=" + std::string(100, 'b') + "\r\nx\r\n", 300);
  expect_refused({{"extensions", chunked(body + "0\r\n\r\n")}}, "400");
}

TEST(Refusal, a_header_above_its_limits) {
  expect_refused(
      {
          {"a long value", get("A: " + std::string(20'000, 'b') + "\r\n")},
          {"a long name", get(std::string(20'000, 'a') + ": b\r\n")},
          {"a long target", "GET /" + std::string(20'000, 'p') + " HTTP/1.1\r\nHost: x\r\n\r\n"},
          {"many fields", get(repeated("A: b\r\n", 200))},
          {"no end", "GET /p HTTP/1.1\r\nA: " + std::string(40'000, 'b')},
      },
      "431");
}

TEST(Refusal, a_body_above_its_limit) {
  const std::string large(70'000, 'x');
  expect_refused(
      {
          {"by its length", post("Content-Length: 65537\r\n", large)},
          {"by its length, before it comes", post("Content-Length: 99999999999\r\n", "")},
          {"by its first chunk", chunked("11170\r\n" + large + "\r\n0\r\n\r\n")},
          {"by its second chunk", chunked("1\r\nx\r\n10000\r\n" + large)},
          {"by a chunk's size, before it comes", chunked("7fffffffffffffff\r\n")},
          {"with Expect", post("Content-Length: 65537\r\nExpect: 100-continue\r\n", "")},
      },
      "413");
}

TEST(Refusal, a_request_that_is_cut_off) {
  TestServer server;
  const auto whole = post("Content-Length: 5\r\n", "12345");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    RawClient client(server.port());
    client.send(whole.substr(0, size));
    client.end_input();
    EXPECT_EQ(client.receive().status, 400) << size;
  }
  EXPECT_EQ(server.handled(), 0);
}

TEST(Refusal, the_answer_has_the_callers_request_id) {
  TestServer server;
  const auto answer = exchange(server.port(), "GET /p HTTP/1.1\r\nX-Request-Id: mine\r\n\r\n");
  EXPECT_NE(answer.find("\r\nX-Request-Id: mine\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("malformed mine"));
}

TEST(Refusal, head_gets_no_body) {
  TestServer server;
  EXPECT_TRUE(exchange(server.port(), "HEAD /p HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace pay::http
