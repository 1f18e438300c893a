// Goal: whoever calls knows whether a request left this side, and how often, whatever became of its
// connection. Method: servers that end connections at the worst moment.
#include <gtest/gtest.h>

#include "http/curl_client.hpp"
#include "unit/http/outgoing.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/http/test_server.hpp"

namespace pay::http {
namespace {

using std::chrono::milliseconds;

TEST(CurlConnections, sends_again_when_its_kept_connection_had_just_ended) {
  for (const bool reset : {false, true}) {
    ScriptedServer server([reset](ScriptedPeer& peer, int number) {
      peer.read_request();
      peer.answer("connection " + std::to_string(number));
      if (number > 0) return peer.wait_for_close();
      // The second request has left its sender when this connection ends.
      peer.read_request();
      if (reset) peer.reset();
    });
    CurlClient client({});
    const auto first = call(client, put(server.url()));
    const auto second = call(client, put(server.url()));
    EXPECT_EQ(result(first), "connection 0");
    EXPECT_EQ(result(second), "connection 1");
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(first->was_sent_twice);
    EXPECT_TRUE(second->was_sent_twice) << "whoever reads the answer must know that it is the second one";
    EXPECT_FALSE(call(client, put(server.url()))->was_sent_twice);
  }
}

TEST(CurlConnections, knows_that_nothing_was_sent_when_no_connection_came_about_in_time) {
  ScriptedServer silent([](ScriptedPeer& peer, int) { peer.wait_for_close(); });
  CurlClient client({});
  EXPECT_EQ(result(call(client, put(silent.url("https"), milliseconds(200)))), "(unreachable)");
  EXPECT_EQ(result(call(client, put(silent.url(), milliseconds(200)))), "(timed_out)");
  ScriptedServer closing([](ScriptedPeer&, int) {});
  EXPECT_EQ(result(call(client, put(closing.url("https")))), "(unreachable)");
}

TEST(CurlConnections, does_not_call_refused_what_may_have_arrived) {
  ScriptedServer* listening = nullptr;
  ScriptedServer server([&listening](ScriptedPeer& peer, int) {
    peer.read_request();
    peer.answer("ok");
    peer.read_request();
    listening->stop_listening();
  });
  listening = &server;
  CurlClient client({});
  EXPECT_EQ(result(call(client, put(server.url()))), "ok");
  EXPECT_EQ(result(call(client, put(server.url()))), "(broken)");
  EXPECT_EQ(result(call(client, put(server.url()))), "(refused)");
}

TEST(CurlConnections, takes_a_fresh_connection_when_the_kept_one_ended_long_ago) {
  ScriptedServer server([](ScriptedPeer& peer, int number) {
    peer.read_request();
    peer.answer("connection " + std::to_string(number));
  });
  CurlClient client({});
  for (int at = 0; at < 5; ++at) {
    EXPECT_EQ(result(call(client, put(server.url()))), "connection " + std::to_string(at));
  }
}

TEST(CurlConnections, does_not_trust_a_kept_connection_when_told_so) {
  TestServer server;
  const auto server_url = "http://127.0.0.1:" + std::to_string(server.port()) + "/p";
  CurlClient client({});
  ASSERT_TRUE(call(client, put(server_url)).has_value());
  auto wary = put(server_url);
  wary.fresh_connection = true;
  ASSERT_TRUE(call(client, std::move(wary)).has_value());
  EXPECT_EQ(server.server().connection_count(), 2);
  for (int at = 0; at < 10; ++at) ASSERT_TRUE(call(client, put(server_url)).has_value());
  EXPECT_EQ(server.server().connection_count(), 2);
}

}  // namespace
}  // namespace pay::http
