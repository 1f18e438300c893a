// Goal: an outgoing call tells nothing to a server that it has no reason to trust. Method: servers with
// certificates that have one fault each; what matters is that no byte of a request arrived.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <atomic>
#include <memory>
#include <stdexcept>

#include "http/curl_client.hpp"
#include "unit/http/certificate.hpp"
#include "unit/http/outgoing.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/http/test_server.hpp"

namespace pay::http {
namespace {

/// How a call to a server with the certificate in `files` ends, and whether a request reached it.
struct Tried {
  std::string result;
  bool told = false;
};
Tried try_call(const CertificateFiles& files, const std::string& host, CurlClient::Options options) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_use_certificate_chain_file(context.get(), files.certificate().c_str());
  SSL_CTX_use_PrivateKey_file(context.get(), files.key().c_str(), SSL_FILETYPE_PEM);
  std::atomic<bool> told = false;
  Tried tried;
  {
    ScriptedServer server([&](ScriptedPeer& peer, int) { told = peer.shake_hands(context.get()); });
    CurlClient client(std::move(options));
    tried.result = result(call(client, put(server.url("https", host))));
  }
  tried.told = told;
  return tried;
}

TEST(Trust, a_certificate_that_is_trusted_serves_many_calls) {
  const CertificateFiles files;
  TestServer server({}, {on_loopback(std::make_shared<Tls>(files.files()))});
  CurlClient client({.ca_file = files.certificate()});
  const auto url = "https://localhost:" + std::to_string(server.port()) + "/p";
  for (int at = 0; at < 20; ++at) EXPECT_EQ(result(call(client, put(url))), R"(PUT /p ? [{"order_id":1}])");
  EXPECT_EQ(server.server().connection_count(), 1);
}

TEST(Trust, an_unknown_certificate_has_none) {
  const CertificateFiles files;
  const CertificateFiles other;
  for (const auto& ca_file : {std::string(), other.certificate()}) {
    const auto tried = try_call(files, "localhost", {.ca_file = ca_file});
    EXPECT_EQ(tried.result, "(untrusted)");
    EXPECT_FALSE(tried.told);
  }
}

TEST(Trust, a_certificate_of_another_host_has_none) {
  const CertificateFiles files({"shop.example", "127.0.0.2"});
  for (const auto* const host : {"localhost", "127.0.0.1"}) {
    const auto tried = try_call(files, host, {.ca_file = files.certificate()});
    EXPECT_EQ(tried.result, "(untrusted)") << host;
    EXPECT_FALSE(tried.told) << host;
  }
}

TEST(Trust, a_certificate_out_of_its_time_has_none) {
  for (const auto& validity : {expired(), not_yet_valid()}) {
    const CertificateFiles files({"localhost"}, validity);
    const auto tried = try_call(files, "localhost", {.ca_file = files.certificate()});
    EXPECT_EQ(tried.result, "(untrusted)");
    EXPECT_FALSE(tried.told);
  }
}

TEST(Trust, is_not_asked_for_when_a_process_asks_itself) {
  const CertificateFiles files({"shop.example"}, expired());
  EXPECT_TRUE(try_call(files, "localhost", {.verify_peer = false}).told);
}

TEST(Trust, a_server_that_does_not_speak_tls_is_unreachable) {
  TestServer server;
  CurlClient client({});
  const auto url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  EXPECT_EQ(result(call(client, put(url))), "(unreachable)");
  EXPECT_EQ(server.handled(), 0);
}

TEST(Trust, a_file_without_certificates_is_an_error) {
  const CertificateFiles files;
  for (const auto& file : {std::string("/nowhere.pem"), files.key()}) {
    try {
      CurlClient client({.ca_file = file});
      FAIL() << file;
    } catch (const std::runtime_error& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with(file)) << error.what();
    }
  }
}

}  // namespace
}  // namespace pay::http
