// Goal: a connection lives as long as HTTP says and no longer than the limits allow. Method: raw sockets
// against a server whose waits are short; what should not happen is looked for in what the server counted.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "base/log.hpp"
#include "unit/http/client.hpp"
#include "unit/http/test_server.hpp"

namespace pay::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

const std::string get = "GET /p HTTP/1.1\r\nHost: x\r\n\r\n";

std::string get_with(const std::string& fields) {
  return "GET /p HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

TEST(Connection, stays_open_in_http_1_1) {
  TestServer server;
  RawClient client(server.port());
  for (int at = 0; at < 3; ++at) {
    client.send(get);
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Connection"), std::nullopt);
  }
}

TEST(Connection, closes_when_it_is_asked_to) {
  TestServer server;
  for (const auto& request :
       {get_with("Connection: close\r\n"), get_with("Connection: Keep-Alive, CLOSE\r\n"),
        get_with("Connection: x\r\nConnection: close\r\n"), std::string("GET /p HTTP/1.0\r\n\r\n"),
        std::string("GET /p HTTP/1.0\r\nConnection: close\r\n\r\n")}) {
    RawClient client(server.port());
    client.send(request);
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Connection"), "close") << request;
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(Connection, stays_open_in_http_1_0_when_it_is_asked_to) {
  TestServer server;
  RawClient client(server.port());
  for (int at = 0; at < 2; ++at) {
    client.send("GET /p HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(client.receive().header("Connection"), "keep-alive");
  }
}

TEST(Connection, requests_behind_the_last_one_are_not_served) {
  TestServer server;
  RawClient client(server.port());
  client.send(get_with("Connection: close\r\n") + get);
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(server.handled(), 1);
}

TEST(Connection, a_handler_that_throws_is_a_500_and_the_server_goes_on) {
  TestServer server;
  const auto answer = exchange(server.port(), "GET /throw HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_EQ(answer.find("on purpose"), std::string::npos);
  RawClient next(server.port());
  next.send(get);
  EXPECT_EQ(next.receive().status, 200);
}

TEST(Connection, a_request_that_takes_too_long_is_a_408) {
  TestServer server(short_waits());
  for (const auto* const part :
       {"G", "GET /p HTTP/1.1\r\nHost:", "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n123"}) {
    const auto began = steady_clock::now();
    RawClient client(server.port());
    client.send(part);
    EXPECT_EQ(client.receive().status, 408);
    EXPECT_TRUE(client.is_closed());
    EXPECT_GE(steady_clock::now() - began, short_waits().request_time);
  }
}

TEST(Connection, a_byte_now_and_then_does_not_buy_time) {
  TestServer server(short_waits());
  RawClient client(server.port());
  const auto began = steady_clock::now();
  while (client.send("a") && steady_clock::now() - began < std::chrono::seconds(3)) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(2));
  EXPECT_EQ(server.handled(), 0);
}

TEST(Connection, an_idle_one_ends_without_a_word) {
  TestServer server(short_waits());
  RawClient fresh(server.port());
  RawClient used(server.port());
  const auto began = steady_clock::now();
  used.send(get);
  EXPECT_EQ(used.receive().status, 200);
  EXPECT_EQ(used.receive_to_end(), "");
  EXPECT_EQ(fresh.receive_to_end(), "");
  EXPECT_GE(steady_clock::now() - began, short_waits().idle_time);
}

TEST(Connection, a_handler_may_take_longer_than_any_wait) {
  auto limits = short_waits();
  limits.request_time = limits.idle_time = limits.write_time = milliseconds(50);
  TestServer server(limits);
  RawClient client(server.port());
  client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
}

TEST(Connection, a_large_answer_arrives_whole) {
  TestServer server;
  RawClient client(server.port());
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n" + get);
  EXPECT_EQ(client.receive().body, std::string(EchoHandler::large_bytes, 'x'));
  EXPECT_EQ(client.receive().status, 200);
}

TEST(Connection, nothing_is_read_while_an_answer_is_not_taken) {
  TestServer server;
  RawClient client(server.port());
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.handled() == 1; }));
  std::string more;
  while (more.size() < 1024 * 1024) more += get;
  while (client.send_without_waiting(more) > 0) {
  }
  EXPECT_EQ(server.handled(), 1);
}

TEST(Connection, a_peer_that_does_not_take_its_answer_is_cut_off) {
  TestServer server(short_waits());
  RawClient client(server.port());
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.handled() == 1; }));
  EXPECT_TRUE(eventually([&] { return server.server().connection_count() == 0; }));
}

TEST(Connection, a_client_that_is_still_sending_sees_the_413) {
  TestServer server;
  const std::string megabyte(1024 * 1024, 'x');
  for (const auto* const framing : {"Content-Length: 2000000", "Transfer-Encoding: chunked"}) {
    RawClient client(server.port());
    client.send(std::string("POST /p HTTP/1.1\r\nHost: x\r\n") + framing + "\r\n\r\n100000\r\n");
    client.send(megabyte);
    EXPECT_EQ(client.receive().status, 413) << framing;
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(Connection, a_client_that_never_stops_sending_is_cut_off) {
  auto limits = short_waits();
  limits.linger_time = std::chrono::seconds(60);
  TestServer server(limits);
  RawClient client(server.port());
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
  const std::string megabyte(1024 * 1024, 'x');
  int sent = 0;
  while (sent < 100 && client.send(megabyte)) ++sent;
  EXPECT_LT(sent, 100);
}

TEST(Connection, a_peer_that_does_not_close_after_the_last_answer_is_closed) {
  TestServer server(short_waits());
  RawClient client(server.port());
  client.send(get_with("Connection: close\r\n"));
  EXPECT_EQ(client.receive().status, 200);
  EXPECT_TRUE(eventually([&] { return server.server().connection_count() == 0; }));
}

TEST(Connection, one_above_the_limit_is_a_503_until_another_ends) {
  Limits limits;
  limits.connections = 2;
  TestServer server(limits);
  RawClient first(server.port());
  {
    RawClient second(server.port());
    ASSERT_TRUE(eventually([&] { return server.server().connection_count() == 2; }));
    RawClient third(server.port());
    third.send(get);
    EXPECT_EQ(third.receive().status, 503);
    EXPECT_TRUE(third.is_closed());
  }
  ASSERT_TRUE(eventually([&] { return server.server().connection_count() == 1; }));
  RawClient fourth(server.port());
  fourth.send(get);
  EXPECT_EQ(fourth.receive().status, 200);
  first.send(get);
  EXPECT_EQ(first.receive().status, 200);
}

TEST(Connection, a_lack_of_descriptors_is_waited_out_at_rest) {
  TestServer server;
  // UBSan needs a descriptor of its own the first time it meets a type: here are those that follow.
  ASSERT_EQ(server.handled(), 0);
  const boost::system::error_code expected(EMFILE, boost::system::system_category());
  log::info("about to run out of descriptors", {{"error", expected.message()}});
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  // One descriptor is left, and the client takes it.
  const int lowest_free = ::dup(0);
  ::close(lowest_free);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(lowest_free) + 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  RawClient client(server.port());
  client.send(get);
  rusage start{};
  ::getrusage(RUSAGE_SELF, &start);
  std::this_thread::sleep_for(milliseconds(300));
  rusage end{};
  ::getrusage(RUSAGE_SELF, &end);
  EXPECT_EQ(server.handled(), 0);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(client.receive().status, 200);
  const auto used = [](const rusage& usage) {
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
  };
  EXPECT_LT(used(end) - used(start), 150'000) << "microseconds of processor time in 300 ms";
}

TEST(Connection, every_answer_has_the_headers_of_all) {
  TestServer server;
  RawClient client(server.port());
  client.send(get);
  const auto answer = client.receive();
  EXPECT_TRUE(answer.head.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(answer.header("Content-Type"), "text/plain");
  EXPECT_EQ(answer.header("Content-Length"), std::to_string(answer.body.size()));
  EXPECT_TRUE(answer.header("Date")->ends_with(" GMT"));
  EXPECT_TRUE(answer.header("X-Request-Id").has_value());
}

TEST(Connection, head_has_the_headers_of_get_and_no_body) {
  TestServer server;
  RawClient client(server.port());
  client.send("HEAD /p HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive(false).header("Content-Length"), "12");
  client.send(get);
  EXPECT_EQ(client.receive().body, "GET /p ? []");
}

TEST(Connection, an_answer_without_content_says_no_length) {
  TestServer server;
  RawClient client(server.port());
  client.send("GET /empty HTTP/1.1\r\nHost: x\r\n\r\n" + get);
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("Content-Length"), std::nullopt);
  EXPECT_EQ(client.receive().body, "GET /p ? []");
}

TEST(Connection, a_header_value_cannot_add_a_header) {
  TestServer server;
  RawClient client(server.port());
  client.send("GET /location HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = client.receive();
  EXPECT_EQ(answer.header("Location"), "/x  Set-Cookie: a=b");
  EXPECT_EQ(answer.header("Set-Cookie"), std::nullopt);
}

TEST(Connection, a_sane_request_id_is_kept_and_any_other_replaced) {
  TestServer server;
  RawClient client(server.port());
  const std::string longest(128, 'a');
  for (const auto& id : {std::string("aZ09_.:-"), longest}) {
    client.send(get_with("x-request-ID: " + id + "\r\n"));
    EXPECT_EQ(client.receive().header("X-Request-Id"), id);
  }
  std::set<std::string> made;
  for (const auto& id :
       {std::string(), std::string("a b"), std::string("a/b"), std::string("\xc3\xa9"), longest + "a"}) {
    client.send(get_with("X-Request-Id: " + id + "\r\n"));
    const auto answered = client.receive().header("X-Request-Id");
    ASSERT_TRUE(answered.has_value());
    EXPECT_NE(*answered, id);
    made.insert(*answered);
  }
  EXPECT_EQ(made.size(), 5);
}

}  // namespace
}  // namespace pay::http
