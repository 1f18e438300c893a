// Goal: a call ends once, in time, and with the truth about what became of it. Method: the room's own server,
// and servers that do what no server should.
#include "http/curl_client.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "unit/http/outgoing.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/http/test_server.hpp"

namespace pay::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

std::string url_of(const TestServer& server, const std::string& path = "/p") {
  return "http://127.0.0.1:" + std::to_string(server.port()) + path;
}

TEST(CurlClient, brings_status_and_body) {
  TestServer server;
  CurlClient client({});
  const auto answer = call(client, put(url_of(server)));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, R"(PUT /p ? [{"order_id":1}])");
  EXPECT_EQ(result(call(client, get(url_of(server, "/q?a=b")))), "GET /q ?a=b []");
  EXPECT_EQ(call(client, get(url_of(server, "/empty")))->status, 204);
  EXPECT_EQ(call(client, get(url_of(server, "/throw")))->status, 500);
}

TEST(CurlClient, sends_what_it_was_given_and_little_else) {
  std::string seen;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    seen = peer.read_request();
    peer.answer("ok");
  });
  CurlClient client({});
  auto request = put(server.url());
  request.headers = {"X-Event: 1-3"};
  request.body.assign(5'000, 'x');
  EXPECT_EQ(result(call(client, std::move(request))), "ok");
  EXPECT_TRUE(seen.starts_with("PUT /orders HTTP/1.1\r\n"));
  EXPECT_TRUE(seen.contains("\r\nContent-Type: application/json\r\n"));
  EXPECT_TRUE(seen.contains("\r\nX-Event: 1-3\r\n"));
  EXPECT_TRUE(seen.ends_with("\r\n\r\n" + std::string(5'000, 'x')));
  EXPECT_FALSE(seen.contains("Expect"));
}

TEST(CurlClient, sends_the_credentials_of_a_url) {
  std::string seen;
  ScriptedServer server([&](ScriptedPeer& peer, int) {
    seen = peer.read_request();
    peer.answer("ok");
  });
  CurlClient client({});
  EXPECT_EQ(result(call(client, put(server.url("http", "user:secret@127.0.0.1")))), "ok");
  EXPECT_TRUE(seen.contains("Authorization: Basic dXNlcjpzZWNyZXQ="));
}

TEST(CurlClient, keeps_its_connections) {
  TestServer server;
  CurlClient client({});
  for (int at = 0; at < 100; ++at) ASSERT_TRUE(call(client, put(url_of(server))).has_value());
  EXPECT_EQ(server.server().connection_count(), 1);
}

TEST(CurlClient, has_many_calls_under_way_in_no_more_connections_than_allowed) {
  TestServer server;
  CurlClient client({.connection_limit = 8});
  std::vector<std::future<CallOutcome>> answers;
  for (int at = 0; at < 500; ++at) {
    answers.push_back(begin(client, get(url_of(server, "/" + std::to_string(at)))));
  }
  for (int at = 0; at < 500; ++at) {
    EXPECT_EQ(result(answers[static_cast<std::size_t>(at)].get()), "GET /" + std::to_string(at) + " ? []");
  }
  EXPECT_LE(server.server().connection_count(), 8);
}

TEST(CurlClient, does_not_blame_the_receiver_for_the_wait_for_a_connection) {
  ScriptedServer silent([](ScriptedPeer& peer, int) { peer.wait_for_close(); });
  TestServer server;
  CurlClient client({.connection_limit = 1});
  auto hanging = begin(client, put(silent.url(), milliseconds(800)));
  auto expired = begin(client, put(url_of(server), milliseconds(200)));
  auto patient = begin(client, put(url_of(server)));
  EXPECT_EQ(result(expired.get()), "(not_sent)");
  EXPECT_EQ(hanging.wait_for(milliseconds(0)), std::future_status::timeout);
  EXPECT_EQ(result(hanging.get()), "(timed_out)");
  EXPECT_TRUE(patient.get().has_value());
  EXPECT_EQ(server.handled(), 1);
}

TEST(CurlClient, counts_the_wait_for_a_connection_as_the_calls_own_time) {
  ScriptedServer silent([](ScriptedPeer& peer, int) { peer.wait_for_close(); });
  CurlClient client({.connection_limit = 1});
  const auto began = steady_clock::now();
  auto first = begin(client, put(silent.url(), milliseconds(500)));
  auto second = begin(client, put(silent.url(), milliseconds(1'500)));
  EXPECT_EQ(result(first.get()), "(timed_out)");
  EXPECT_EQ(result(second.get()), "(timed_out)");
  const auto took = steady_clock::now() - began;
  EXPECT_GE(took, milliseconds(1'490));
  EXPECT_LT(took, milliseconds(1'950));
}

TEST(CurlClient, lets_hosts_take_turns_for_its_connections) {
  std::atomic<int> slow_answers = 0;
  ScriptedServer slow([&slow_answers](ScriptedPeer& peer, int) {
    while (!peer.read_request().empty()) {
      std::this_thread::sleep_for(milliseconds(20));
      ++slow_answers;
      peer.answer("late");
    }
  });
  TestServer server;
  CurlClient client({.connection_limit = 1});
  std::vector<std::future<CallOutcome>> many;
  for (int at = 0; at < 50; ++at) many.push_back(begin(client, put(slow.url())));
  EXPECT_TRUE(call(client, put(url_of(server))).has_value());
  EXPECT_LE(slow_answers, 3);
  for (auto& one : many) EXPECT_EQ(result(one.get()), "late");
}

TEST(CurlClient, does_not_blame_the_receiver_when_this_process_has_no_descriptor_left) {
  TestServer server;
  CurlClient client({});
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{.rlim_cur = 256, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<int> taken;
  for (int one = ::dup(0); one >= 0; one = ::dup(0)) taken.push_back(one);
  EXPECT_EQ(result(call(client, put(url_of(server)))), "(not_sent)");
  EXPECT_EQ(result(call(client, put("http://nobody.invalid/"))), "(not_sent)");
  for (const int one : taken) ::close(one);
  EXPECT_TRUE(call(client, put(url_of(server))).has_value());
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(CurlClient, takes_a_batch_and_leaves_nothing_of_it) {
  TestServer server;
  CurlClient client({});
  std::promise<void> all;
  std::atomic<int> left = 50;
  std::vector<Client::Call> calls;
  for (int at = 0; at < 50; ++at) {
    calls.push_back({.request = put(url_of(server)), .done = [&](const CallOutcome& outcome) {
                       EXPECT_TRUE(outcome.has_value());
                       if (--left == 0) all.set_value();
                     }});
  }
  client.send(calls);
  EXPECT_TRUE(calls.empty());
  EXPECT_EQ(all.get_future().wait_for(seconds(5)), std::future_status::ready);
}

TEST(CurlClient, can_be_called_from_a_callback) {
  TestServer server;
  CurlClient client({});
  std::promise<std::string> second;
  std::vector<Client::Call> calls;
  calls.push_back({.request = put(url_of(server)), .done = [&](const CallOutcome&) {
                     std::vector<Client::Call> more;
                     more.push_back({.request = get(url_of(server)), .done = [&](const CallOutcome& outcome) {
                                       second.set_value(result(outcome));
                                     }});
                     client.send(more);
                   }});
  client.send(calls);
  EXPECT_EQ(second.get_future().get(), "GET /p ? []");
}

TEST(CurlClient, follows_no_redirect) {
  ScriptedServer server([](ScriptedPeer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    peer.wait_for_close();
  });
  CurlClient client({});
  EXPECT_EQ(call(client, put(server.url()))->status, 307);
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlClient, goes_through_no_proxy) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  TestServer server;
  CurlClient client({});
  EXPECT_TRUE(call(client, put(url_of(server))).has_value());
  ::unsetenv("http_proxy");
}

TEST(CurlClient, says_why_nothing_was_sent) {
  CurlClient client({});
  const auto nobody = "http://127.0.0.1:" + std::to_string(free_port());
  EXPECT_EQ(result(call(client, put(nobody))), "(refused)");
  EXPECT_EQ(result(call(client, put("http://nobody.invalid/"))), "(unresolved)");
  for (const auto* const url : {"", "/orders", "ftp://127.0.0.1/", "file:///etc/passwd", "http://",
                                "http://a b/", "http://127.0.0.1:99999/"}) {
    EXPECT_EQ(result(call(client, put(url))), "(bad_url)") << url;
  }
}

TEST(CurlClient, ends_a_call_that_takes_too_long) {
  ScriptedServer server([](ScriptedPeer& peer, int number) {
    peer.read_request();
    if (number == 1) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
    peer.wait_for_close();
  });
  CurlClient client({});
  for (int at = 0; at < 2; ++at) {
    const auto began = steady_clock::now();
    EXPECT_EQ(result(call(client, put(server.url(), milliseconds(200)))), "(timed_out)");
    EXPECT_GE(steady_clock::now() - began, milliseconds(195));
    EXPECT_LT(steady_clock::now() - began, seconds(2));
  }
}

TEST(CurlClient, lets_no_slow_peer_delay_others) {
  ScriptedServer silent([](ScriptedPeer& peer, int) { peer.wait_for_close(); });
  TestServer server;
  CurlClient client({});
  std::vector<std::future<CallOutcome>> hanging;
  for (int at = 0; at < 20; ++at) hanging.push_back(begin(client, put(silent.url(), seconds(60))));
  const auto began = steady_clock::now();
  for (int at = 0; at < 20; ++at) EXPECT_TRUE(call(client, put(url_of(server))).has_value());
  EXPECT_LT(steady_clock::now() - began, seconds(5));
  client.stop();
  for (auto& one : hanging) EXPECT_EQ(result(one.get()), "(aborted)");
}

TEST(CurlClient, calls_what_is_no_answer_broken) {
  const std::string broken[] = {
      "",
      "garbage\r\n\r\n",
      std::string(1'000, '\0'),
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "HTTP/1.1 200 OK\r\nContent-Le",
      "HTTP/1.1 200 OK\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
      "\x16\x03\x01\x02",
  };
  for (const auto& bytes : broken) {
    ScriptedServer server([&](ScriptedPeer& peer, int) {
      peer.read_request();
      peer.send(bytes);
    });
    CurlClient client({});
    EXPECT_EQ(result(call(client, put(server.url()))), "(broken)") << bytes;
    EXPECT_EQ(server.connections(), 1) << bytes;
  }
  ScriptedServer server([](ScriptedPeer& peer, int) {
    peer.read_request();
    peer.reset();
  });
  CurlClient client({});
  EXPECT_EQ(result(call(client, put(server.url()))), "(broken)");
}

TEST(CurlClient, reads_no_more_of_an_answer_than_its_limit) {
  const std::string large(10'000'000, 'x');
  for (const std::string head :
       {"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n989680\r\n", "HTTP/1.1 200 OK\r\n\r\n"}) {
    std::atomic<bool> taken = true;
    {
      ScriptedServer server([&](ScriptedPeer& peer, int) {
        peer.read_request();
        taken = peer.send(head + large);
      });
      CurlClient client({});
      EXPECT_EQ(result(call(client, put(server.url()))), "(too_large)") << head;
    }
    EXPECT_FALSE(taken) << head;
  }
}

TEST(CurlClient, takes_an_answer_that_is_as_large_as_its_limit) {
  ScriptedServer server([](ScriptedPeer& peer, int) {
    while (!peer.read_request().empty()) peer.answer(std::string(1'000, 'x'));
  });
  CurlClient fits({.answer_limit = 1'000});
  EXPECT_EQ(result(call(fits, put(server.url()))).size(), 1'000);
  fits.stop();
}

TEST(CurlClient, ends_an_answer_whose_header_never_does) {
  ScriptedServer server([](ScriptedPeer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n");
    while (peer.send("A: " + std::string(1'000, 'b') + "\r\n")) {
    }
  });
  CurlClient client({});
  const auto began = steady_clock::now();
  EXPECT_EQ(result(call(client, put(server.url(), seconds(30)))), "(too_large)");
  EXPECT_LT(steady_clock::now() - began, seconds(10));
}

TEST(CurlClient, ends_everything_when_it_stops) {
  ScriptedServer silent([](ScriptedPeer& peer, int) { peer.wait_for_close(); });
  CurlClient client({});
  std::vector<std::future<CallOutcome>> calls;
  for (int at = 0; at < 10; ++at) calls.push_back(begin(client, put(silent.url(), seconds(60))));
  const auto began = steady_clock::now();
  client.stop();
  for (auto& one : calls) EXPECT_EQ(result(one.get()), "(aborted)");
  EXPECT_EQ(result(call(client, put(silent.url()))), "(aborted)");
  client.stop();
  EXPECT_LT(steady_clock::now() - began, seconds(5));
}

TEST(CurlClient, loses_no_call_that_races_its_stop) {
  TestServer server;
  for (int round = 0; round < 20; ++round) {
    CurlClient client({});
    std::vector<std::future<CallOutcome>> calls;
    std::thread caller([&] {
      for (int at = 0; at < 50; ++at) calls.push_back(begin(client, put(url_of(server))));
    });
    std::thread other([&] { client.stop(); });
    client.stop();
    caller.join();
    other.join();
    for (auto& one : calls) EXPECT_EQ(one.wait_for(seconds(5)), std::future_status::ready);
  }
}

}  // namespace
}  // namespace pay::http
