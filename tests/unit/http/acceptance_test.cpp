// Goal: what HTTP/1.1 allows is understood, and in one way. Method: bytes written by hand to a server that
// echoes what it understood.
#include <gtest/gtest.h>

#include "unit/http/client.hpp"
#include "unit/http/test_server.hpp"

namespace pay::http {
namespace {

struct Case {
  const char* rule;
  std::string bytes;
  std::string understood;
};

void expect_understood(const std::vector<Case>& cases) {
  TestServer server;
  RawClient client(server.port());
  for (const auto& [rule, bytes, understood] : cases) {
    ASSERT_TRUE(client.send(bytes)) << rule;
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 200) << rule;
    EXPECT_EQ(answer.body, understood) << rule;
  }
}

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: payments_api:5009\r\n\r\n";
}
std::string post(const std::string& fields, const std::string& body) {
  return "POST /p HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}
std::string chunked(const std::string& body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

TEST(Acceptance, targets) {
  expect_understood({
      {"a path", get("/payments/1"), "GET /payments/1 ? []"},
      {"a query", get("/payments?limit=1&x=%zz|\"<>\xff"), "GET /payments ?limit=1&x=%zz|\"<>\xff []"},
      {"a second question mark", get("/p?a?b"), "GET /p ?a?b []"},
      {"an empty query", get("/p?"), "GET /p ? []"},
      {"two slashes", get("//"), "GET / ? []"},
      {"many slashes", get("////payments"), "GET /payments ? []"},
      {"slashes inside stay", get("/a//b/"), "GET /a//b/ ? []"},
      {"an escape", get("/payments/%31"), "GET /payments/1 ? []"},
      {"an escaped slash is not folded", get("/%2Fp"), "GET //p ? []"},
      {"absolute form", get("http://x/payments/1?a=b"), "GET /payments/1 ?a=b []"},
      {"absolute form in capitals", get("HTTPS://X:80/p"), "GET /p ? []"},
      {"absolute form without a path", get("http://x"), "GET / ? []"},
      {"absolute form with a query alone", get("http://x?a"), "GET / ?a []"},
      {"all of the server", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS * ? []"},
      {"another method", "BREW /p HTTP/1.1\r\nHost: x\r\n\r\n", "BREW /p ? []"},
      {"an IPv6 host", "GET /p HTTP/1.1\r\nHost: [::1]:5009\r\n\r\n", "GET /p ? []"},
      {"an empty host", "GET /p HTTP/1.1\r\nHost:\r\n\r\n", "GET /p ? []"},
      {"empty lines before", "\r\n\r\n" + get("/p"), "GET /p ? []"},
      {"a value of other letters", "GET /p HTTP/1.1\r\nHost: x\r\nA: \xc3\xa9\t\r\n\r\n", "GET /p ? []"},
  });
}

TEST(Acceptance, bodies) {
  const std::string large(64 * 1024, 'x');
  const std::string fields = "A: " + std::string(7'000, 'a') + "\r\nContent-Length: 65536\r\n";
  expect_understood({
      {"by length", post("Content-Length: 2\r\n", "{}"), "POST /p ? [{}]"},
      {"length zero", post("Content-Length: 0\r\n", ""), "POST /p ? []"},
      {"leading zeros", post("Content-Length: 002\r\n", "{}"), "POST /p ? [{}]"},
      {"none", post("", ""), "POST /p ? []"},
      {"of a GET", "GET /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", "GET /p ? [{}]"},
      {"as large as allowed", post("Content-Length: 65536\r\n", large), "POST /p ? [" + large + "]"},
      {"behind a large header", post(fields, large), "POST /p ? [" + large + "]"},
      {"chunked", chunked("2\r\n{\"\r\n3\r\na\":\r\n2\r\n1}\r\n0\r\n\r\n"), "POST /p ? [{\"a\":1}]"},
      {"chunked in capitals", post("TRANSFER-ENCODING: Chunked\r\n", "A\r\n0123456789\r\n0\r\n\r\n"),
       "POST /p ? [0123456789]"},
      {"no chunk", chunked("0\r\n\r\n"), "POST /p ? []"},
      {"zeros", chunked("0002\r\n{}\r\n000\r\n\r\n"), "POST /p ? [{}]"},
      {"extensions", chunked("2;a;b=c;d=\"e;\\\"f\"\r\n{}\r\n0;g\r\n\r\n"), "POST /p ? [{}]"},
      {"trailers", chunked("2\r\n{}\r\n0\r\nA: b\r\nExpect: y\r\nX-Request-Id: z\r\n\r\n"), "POST /p ? [{}]"},
      {"a large chunk", chunked("10000\r\n" + large + "\r\n0\r\n\r\n"), "POST /p ? [" + large + "]"},
  });
}

TEST(Acceptance, a_request_in_single_bytes) {
  TestServer server;
  RawClient client(server.port());
  for (const char byte : chunked("2;a=b\r\n{}\r\n0\r\nA: b\r\n\r\n")) client.send({&byte, 1});
  EXPECT_EQ(client.receive().body, "POST /p ? [{}]");
}

TEST(Acceptance, a_last_chunk_in_single_bytes) {
  TestServer server;
  RawClient client(server.port());
  client.send(chunked("0\r\n"));
  for (const char byte : std::string("A: b\r\n\r\n")) client.send({&byte, 1});
  EXPECT_EQ(client.receive().body, "POST /p ? []");
}

TEST(Acceptance, pipelined_requests_are_answered_in_order) {
  TestServer server;
  RawClient client(server.port());
  std::string all = get("/slow");
  for (int at = 0; at < 500; ++at) {
    all += post("Content-Length: 3\r\n", std::to_string(100 + at));
    all += get("/" + std::to_string(at));
  }
  client.send(all);
  EXPECT_EQ(client.receive().body, "GET /slow ? []");
  for (int at = 0; at < 500; ++at) {
    EXPECT_EQ(client.receive().body, "POST /p ? [" + std::to_string(100 + at) + "]");
    EXPECT_EQ(client.receive().body, "GET /" + std::to_string(at) + " ? []");
  }
}

TEST(Acceptance, a_client_that_half_closes_gets_its_answer) {
  TestServer server;
  for (const auto* const path : {"/p", "/slow"}) {
    RawClient client(server.port());
    client.send(get(path));
    client.end_input();
    EXPECT_EQ(client.receive().body, std::string("GET ") + path + " ? []");
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(Acceptance, a_client_that_waits_is_told_to_go_on) {
  TestServer server;
  RawClient client(server.port());
  client.send(post("Content-Length: 2\r\nExpect: 100-Continue\r\n", ""));
  EXPECT_EQ(client.receive().status, 100);
  client.send("{");
  client.send("}");
  EXPECT_EQ(client.receive().body, "POST /p ? [{}]");
}

TEST(Acceptance, a_client_that_does_not_wait_gets_one_answer) {
  TestServer server;
  RawClient client(server.port());
  client.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n", "{}"));
  EXPECT_EQ(client.receive().status, 200);
  client.send(post("Expect: 100-continue\r\n", ""));
  EXPECT_EQ(client.receive().status, 200);
  client.send("POST /p HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  client.send("{}");
  EXPECT_EQ(client.receive().status, 200);
}

}  // namespace
}  // namespace pay::http
