// Goal: over TLS a connection behaves as it does in the open, and a handshake that goes wrong harms nobody.
// Method: OpenSSL as the client of a server whose certificate is made for each test.
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "unit/http/certificate.hpp"
#include "unit/http/client.hpp"
#include "unit/http/test_server.hpp"

namespace pay::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

const std::string get = "GET /p HTTP/1.1\r\nHost: x\r\n\r\n";

/// A server that speaks TLS at its first listener and plain HTTP at its second.
class TlsConnection : public testing::Test {
 protected:
  void serve(Limits limits = {}) {
    server_ = std::make_unique<TestServer>(limits, std::vector{on_loopback(tls_), on_loopback()});
  }
  unsigned short port() { return server_->port(); }
  TestServer& server() { return *server_; }
  bool is_still_served() {
    RawClient client(port());
    return client.shake_hands({.ca_file = files_.certificate()}) && client.send(get) &&
           client.receive().status == 200;
  }

  CertificateFiles files_;
  std::shared_ptr<Tls> tls_ = std::make_shared<Tls>(files_.files());

 private:
  std::unique_ptr<TestServer> server_;
};

TEST_F(TlsConnection, stays_open_for_many_requests) {
  serve();
  RawClient client(port());
  ASSERT_TRUE(client.shake_hands({.ca_file = files_.certificate()}));
  EXPECT_EQ(SSL_version(client.tls()), TLS1_3_VERSION);
  for (int at = 0; at < 100; ++at) {
    client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n" + std::to_string(100 + at));
    EXPECT_EQ(client.receive().body, "POST /p ? [" + std::to_string(100 + at) + "]");
  }
}

TEST_F(TlsConnection, has_a_plain_neighbour) {
  serve();
  RawClient plain(server().port(1));
  plain.send(get);
  EXPECT_EQ(plain.receive().status, 200);
}

TEST_F(TlsConnection, speaks_1_2_and_not_1_1) {
  serve();
  RawClient old(port());
  ASSERT_TRUE(old.shake_hands({.ca_file = files_.certificate(), .version = TLS1_2_VERSION}));
  EXPECT_EQ(SSL_version(old.tls()), TLS1_2_VERSION);
  old.send(get);
  EXPECT_EQ(old.receive().status, 200);
  RawClient older(port());
  EXPECT_FALSE(older.shake_hands({.version = TLS1_1_VERSION}));
  EXPECT_TRUE(is_still_served());
}

TEST_F(TlsConnection, agrees_on_http_1_1_or_on_nothing) {
  serve();
  RawClient both(port());
  ASSERT_TRUE(both.shake_hands({.protocols = "h2,http/1.1"}));
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(both.tls(), &chosen, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  RawClient other(port());
  EXPECT_FALSE(other.shake_hands({.protocols = "h2"}));
  RawClient none(port());
  EXPECT_TRUE(none.shake_hands({.protocols = ""}));
}

TEST_F(TlsConnection, takes_a_request_in_single_bytes_and_many_in_one_record) {
  serve();
  RawClient client(port());
  ASSERT_TRUE(client.shake_hands());
  for (const char byte : get) client.send({&byte, 1});
  EXPECT_EQ(client.receive().status, 200);
  std::string all;
  for (int at = 0; at < 100; ++at) all += "GET /" + std::to_string(at) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(all);
  for (int at = 0; at < 100; ++at) EXPECT_EQ(client.receive().body, "GET /" + std::to_string(at) + " ? []");
}

TEST_F(TlsConnection, takes_the_largest_body) {
  serve();
  RawClient client(port());
  ASSERT_TRUE(client.shake_hands());
  const std::string body(65'536, 'x');
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n\r\n" + body);
  EXPECT_EQ(client.receive().body, "POST /p ? [" + body + "]");
}

TEST_F(TlsConnection, brings_a_large_answer_whole) {
  serve();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawClient client(port());
    ASSERT_TRUE(client.shake_hands({.version = version}));
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n" + get);
    EXPECT_EQ(client.receive().body, std::string(EchoHandler::large_bytes, 'x'));
    EXPECT_EQ(client.receive().status, 200);
  }
}

TEST_F(TlsConnection, ends_in_order) {
  serve(short_waits());
  for (const auto& request : {std::string("GET /p HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                              std::string("GET /p HTTP/1.1\r\n\r\n"), get}) {
    RawClient client(port());
    ASSERT_TRUE(client.shake_hands());
    client.send(request);
    EXPECT_GT(client.receive().status, 0);
    EXPECT_TRUE(client.is_closed()) << request;
    EXPECT_TRUE(client.heard_goodbye()) << request;
  }
  EXPECT_TRUE(eventually([&] { return server().server().connection_count() == 0; }));
}

TEST_F(TlsConnection, that_half_closes_gets_its_answer) {
  serve();
  for (const auto* const path : {"/p", "/slow"}) {
    RawClient client(port());
    ASSERT_TRUE(client.shake_hands());
    client.send(std::string("GET ") + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    client.end_input();
    EXPECT_EQ(client.receive().body, std::string("GET ") + path + " ? []");
    EXPECT_TRUE(client.is_closed());
  }
}

TEST_F(TlsConnection, of_a_peer_that_takes_no_answer_is_cut_off) {
  serve(short_waits());
  RawClient client(port());
  ASSERT_TRUE(client.shake_hands());
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server().handled() == 1; }));
  EXPECT_TRUE(eventually([&] { return server().server().connection_count() == 0; }));
}

TEST_F(TlsConnection, is_not_renegotiated) {
  serve();
  RawClient client(port());
  ASSERT_TRUE(client.shake_hands({.version = TLS1_2_VERSION}));
  SSL_renegotiate(client.tls());
  EXPECT_NE(SSL_do_handshake(client.tls()), 1);
  EXPECT_TRUE(is_still_served());
}

TEST_F(TlsConnection, above_the_limit_is_a_503) {
  Limits limits;
  limits.connections = 1;
  serve(limits);
  RawClient first(port());
  ASSERT_TRUE(first.shake_hands());
  RawClient second(port());
  ASSERT_TRUE(second.shake_hands());
  second.send(get);
  EXPECT_EQ(second.receive().status, 503);
}

TEST_F(TlsConnection, sees_a_new_certificate_after_a_reload_and_stays_when_it_is_open) {
  serve();
  RawClient open(port());
  ASSERT_TRUE(open.shake_hands({.ca_file = files_.certificate()}));
  files_.replace({"localhost"});
  RawClient early(port());
  EXPECT_FALSE(early.shake_hands({.ca_file = files_.certificate()}));
  tls_->reload();
  RawClient late(port());
  EXPECT_TRUE(late.shake_hands({.ca_file = files_.certificate()}));
  open.send(get);
  EXPECT_EQ(open.receive().status, 200);
}

TEST_F(TlsConnection, of_plain_bytes_is_dropped) {
  serve();
  for (const auto& bytes : {get, std::string("\x16\x03\x01\xff\xff", 5) + std::string(70'000, 'x'),
                            std::string("\x80\x2e\x01\x03\x01", 5) + std::string(100, '\0')}) {
    RawClient client(port());
    client.send(bytes);
    EXPECT_EQ(client.receive().status, 0);
  }
  EXPECT_TRUE(eventually([&] { return server().server().connection_count() == 0; }));
  EXPECT_EQ(server().handled(), 0);
  EXPECT_TRUE(is_still_served());
}

TEST_F(TlsConnection, that_goes_in_the_middle_of_a_handshake_is_forgotten) {
  serve();
  {
    RawClient nothing(port());
  }
  {
    RawClient part(port());
    part.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  }
  EXPECT_TRUE(eventually([&] { return server().server().connection_count() == 0; }));
  EXPECT_TRUE(is_still_served());
}

TEST_F(TlsConnection, with_a_slow_handshake_counts_and_ends) {
  auto limits = short_waits();
  limits.handshake_time = milliseconds(200);
  limits.idle_time = seconds(60);
  serve(limits);
  const auto began = steady_clock::now();
  RawClient silent(port());
  RawClient part(port());
  part.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_TRUE(eventually([&] { return server().server().connection_count() == 2; }));
  EXPECT_TRUE(silent.is_closed());
  EXPECT_TRUE(part.is_closed());
  EXPECT_GE(steady_clock::now() - began, limits.handshake_time);
  EXPECT_LT(steady_clock::now() - began, seconds(3));
}

TEST_F(TlsConnection, that_is_idle_or_not_begun_ends_at_once_in_a_drain) {
  serve();
  RawClient idle(port());
  ASSERT_TRUE(idle.shake_hands());
  idle.send(get);
  EXPECT_EQ(idle.receive().status, 200);
  RawClient greeting(port());
  ASSERT_TRUE(eventually([&] { return server().server().connection_count() == 2; }));
  server().server().drain(seconds(30));
  EXPECT_TRUE(server().finishes_within(seconds(2)));
  EXPECT_EQ(idle.receive_to_end(), "");
  EXPECT_TRUE(idle.heard_goodbye());
  EXPECT_EQ(greeting.receive_to_end(), "");
}

TEST_F(TlsConnection, with_a_request_in_flight_gets_its_answer_in_a_drain) {
  serve();
  RawClient client(port());
  ASSERT_TRUE(client.shake_hands());
  client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server().handled() == 1; }));
  server().server().drain(seconds(30));
  EXPECT_EQ(client.receive().header("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
  EXPECT_TRUE(client.heard_goodbye());
}

TEST_F(TlsConnection, that_is_stuck_does_not_hold_a_drain_beyond_its_grace) {
  serve();
  RawClient client(port());
  ASSERT_TRUE(client.shake_hands());
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server().handled() == 1; }));
  server().server().drain(milliseconds(150));
  EXPECT_TRUE(server().finishes_within(seconds(2)));
}

}  // namespace
}  // namespace pay::http
