// Goal: one server answers at every address it was given, and knows who asks. Method: raw sockets.
#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>
#include <thread>

#include "unit/http/client.hpp"
#include "unit/http/test_server.hpp"

namespace pay::http {
namespace {

const std::string ask_peer = "GET /peer HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Listener, every_one_is_served) {
  TestServer server({}, {on_loopback(), on_loopback(), on_loopback()});
  EXPECT_NE(server.port(0), server.port(1));
  for (const std::size_t listener : {0U, 1U, 2U}) {
    RawClient client(server.port(listener));
    client.send(ask_peer);
    EXPECT_EQ(client.receive().body, "127.0.0.1");
  }
}

TEST(Listener, keeps_those_who_come_before_there_is_a_server) {
  boost::asio::io_context io{1};
  const std::vector<Listener> wanted{on_loopback()};
  BoundListeners bound(io, wanted);
  const auto port = bound.local_endpoint().port();
  EXPECT_NE(port, 0);
  RawClient early(port);
  early.send(ask_peer);

  EchoHandler handler{io};
  Server server(io, std::move(bound), handler, {});
  EXPECT_EQ(server.local_endpoint().port(), port);
  server.start();
  const std::jthread thread([&] { io.run(); });
  EXPECT_EQ(early.receive().body, "127.0.0.1");
  server.drain(std::chrono::seconds(1));
}

TEST(Listener, all_count_against_one_limit_of_connections) {
  Limits limits;
  limits.connections = 1;
  TestServer server(limits, {on_loopback(), on_loopback()});
  RawClient first(server.port(0));
  first.send(ask_peer);
  EXPECT_EQ(first.receive().status, 200);
  RawClient second(server.port(1));
  second.send(ask_peer);
  EXPECT_EQ(second.receive().status, 503);
}

TEST(Listener, a_drain_closes_every_one) {
  TestServer server({}, {on_loopback(), on_loopback()});
  const unsigned short ports[] = {server.port(0), server.port(1)};
  server.server().drain(std::chrono::seconds(30));
  ASSERT_TRUE(server.finishes_within(std::chrono::seconds(2)));
  for (const auto port : ports) EXPECT_THROW(RawClient{port}, std::runtime_error);
}

TEST(Listener, an_address_that_is_taken_is_an_error) {
  TestServer server;
  Listener taken = on_loopback();
  taken.address.port(server.port());
  EXPECT_THROW(TestServer({}, {on_loopback(), taken}), boost::system::system_error);
}

TEST(Listener, the_peer_is_the_same_in_every_request_of_a_connection) {
  TestServer server;
  RawClient client(server.port());
  for (int at = 0; at < 3; ++at) {
    client.send(ask_peer);
    EXPECT_EQ(client.receive().body, "127.0.0.1");
  }
}

TEST(Listener, an_ipv4_peer_of_a_socket_for_both_families_is_shown_as_ipv4) {
  const Listener both{.address = {boost::asio::ip::address_v6::any(), 0}};
  std::unique_ptr<TestServer> server;
  try {
    server = std::make_unique<TestServer>(Limits{}, std::vector{both});
  } catch (const boost::system::system_error&) {
    GTEST_SKIP() << "no IPv6 here";
  }
  RawClient client(server->port());
  client.send(ask_peer);
  EXPECT_EQ(client.receive().body, "127.0.0.1");
}

}  // namespace
}  // namespace pay::http
