// Goal: a server stops without losing an answer and without waiting for anybody for ever. Method: connections
// in every phase at the moment of `drain`; the io_context must run out of work.
#include <gtest/gtest.h>

#include "unit/http/client.hpp"
#include "unit/http/test_server.hpp"

namespace pay::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Drain, without_connections_ends_at_once) {
  TestServer server;
  server.server().drain(seconds(30));
  EXPECT_TRUE(server.finishes_within(seconds(2)));
}

TEST(Drain, closes_idle_connections_at_once) {
  TestServer server;
  RawClient fresh(server.port());
  RawClient used(server.port());
  used.send("GET /p HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(used.receive().status, 200);
  ASSERT_TRUE(eventually([&] { return server.server().connection_count() == 2; }));
  server.server().drain(seconds(30));
  EXPECT_EQ(fresh.receive_to_end(), "");
  EXPECT_EQ(used.receive_to_end(), "");
  EXPECT_TRUE(server.finishes_within(seconds(2)));
}

TEST(Drain, lets_a_request_in_flight_finish_and_closes) {
  TestServer server;
  RawClient client(server.port());
  client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.handled() == 1; }));
  server.server().drain(seconds(30));
  const auto answer = client.receive();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(Drain, lets_a_request_that_is_arriving_finish) {
  TestServer server;
  RawClient client(server.port());
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  server.server().drain(seconds(30));
  client.send("{}");
  EXPECT_EQ(client.receive().body, "POST /p ? [{}]");
  EXPECT_TRUE(client.is_closed());
}

TEST(Drain, accepts_nobody_any_more) {
  TestServer server;
  const auto port = server.port();
  server.server().drain(seconds(30));
  ASSERT_TRUE(server.finishes_within(seconds(2)));
  EXPECT_THROW(RawClient{port}, std::exception);
}

TEST(Drain, ends_stuck_connections_after_its_grace) {
  TestServer server;
  RawClient reading(server.port());
  reading.send("POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(reading.receive().status, 100);
  RawClient writing(server.port());
  writing.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.handled() == 1; }));
  const auto began = std::chrono::steady_clock::now();
  server.server().drain(milliseconds(150));
  EXPECT_TRUE(server.finishes_within(seconds(2)));
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(150));
}

TEST(Drain, twice_is_once) {
  TestServer server;
  server.server().drain(seconds(30));
  server.server().drain(seconds(30));
  EXPECT_TRUE(server.finishes_within(seconds(2)));
}

TEST(Server, destroyed_in_the_middle_of_everything_leaves_nothing) {
  boost::asio::io_context io{1};
  EchoHandler handler(io);
  const std::vector listeners{on_loopback(), on_loopback()};
  auto server = std::make_unique<Server>(io, listeners, handler, Limits{});
  server->start();
  const auto port = server->local_endpoint().port();
  RawClient idle(port);
  RawClient handling(port);
  handling.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  RawClient writing(port);
  writing.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto end = std::chrono::steady_clock::now() + seconds(5);
  while ((handler.handled < 2 || server->connection_count() < 3) && std::chrono::steady_clock::now() < end) {
    io.run_one_for(milliseconds(10));
  }
  ASSERT_EQ(server->connection_count(), 3);
  server.reset();
}

TEST(Server, destroyed_before_its_start_leaves_nothing) {
  boost::asio::io_context io{1};
  EchoHandler handler(io);
  const std::vector listeners{on_loopback()};
  Server server(io, listeners, handler, Limits{});
}

}  // namespace
}  // namespace pay::http
