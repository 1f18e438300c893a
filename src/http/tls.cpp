#include "http/tls.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace pay::http {
namespace {

using Context = std::shared_ptr<SSL_CTX>;
using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })>;
using Input = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })>;

// Mozilla's "intermediate" list without the finite-field ones, which need parameters and which nobody needs.
constexpr const char* tls12_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* tls13_ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* groups = "X25519:P-256:P-384";

std::string first_reason() {
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  return reason != nullptr ? reason : "unknown reason";
}

Input open(const std::string& file) {
  ERR_clear_error();
  errno = 0;
  Input input(BIO_new_file(file.c_str(), "r"));
  if (!input) {
    const std::error_code error(errno, std::generic_category());
    throw std::runtime_error(fmt::format("cannot read {}: {}", file, error.message()));
  }
  return input;
}

std::string date(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "a date that is none";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min);
}

void check_validity(const X509* certificate, const std::string& file) {
  const auto* const from = X509_get0_notBefore(certificate);
  const auto* const until = X509_get0_notAfter(certificate);
  if (X509_cmp_current_time(until) < 0) {
    throw std::runtime_error(fmt::format("the certificate in {} expired on {}", file, date(until)));
  }
  if (X509_cmp_current_time(from) > 0) {
    throw std::runtime_error(fmt::format("the certificate in {} is not valid before {}", file, date(from)));
  }
}

void use_certificate(SSL_CTX* context, const std::string& file) {
  open(file);
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) == 1) {
    return check_validity(SSL_CTX_get0_certificate(context), file);
  }
  if (ERR_GET_REASON(ERR_peek_error()) == PEM_R_NO_START_LINE) {
    throw std::runtime_error(fmt::format("{} holds no certificate in PEM", file));
  }
  throw std::runtime_error(fmt::format("the certificate in {} cannot be used: {}", file, first_reason()));
}

/// Called when a key is encrypted: nobody is there to type a password.
int notice_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* noticed) {
  *static_cast<bool*>(noticed) = true;
  return -1;
}

void use_key(SSL_CTX* context, const Tls::Files& files) {
  bool encrypted = false;
  const Key key(PEM_read_bio_PrivateKey(open(files.key).get(), nullptr, notice_password, &encrypted));
  ERR_clear_error();
  if (encrypted) {
    throw std::runtime_error(
        fmt::format("the key in {} is encrypted: store it without a password", files.key));
  }
  if (!key) throw std::runtime_error(fmt::format("{} holds no private key in PEM", files.key));
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1) {
    ERR_clear_error();
    throw std::runtime_error(
        fmt::format("the key in {} is not that of the certificate in {}", files.key, files.certificate));
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    throw std::runtime_error(fmt::format("the key in {} cannot be used: {}", files.key, first_reason()));
  }
}

/// A client that names protocols and not this one would not understand us (RFC 7301, section 3.2).
int select_protocol(SSL* /*ssl*/, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void* /*argument*/) {
  constexpr std::string_view http11 = "http/1.1";
  std::string_view rest(reinterpret_cast<const char*>(offered), offered_size);
  while (!rest.empty()) {
    const auto name = rest.substr(1, static_cast<unsigned char>(rest.front()));
    if (name == http11) {
      *chosen = reinterpret_cast<const unsigned char*>(name.data());
      *size = static_cast<unsigned char>(name.size());
      return SSL_TLSEXT_ERR_OK;
    }
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void configure(SSL_CTX* context) {
  const bool known = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
                     SSL_CTX_set_cipher_list(context, tls12_ciphers) == 1 &&
                     SSL_CTX_set_ciphersuites(context, tls13_ciphers) == 1 &&
                     SSL_CTX_set1_groups_list(context, groups) == 1;
  if (!known) throw std::runtime_error(fmt::format("TLS cannot be set up: {}", first_reason()));
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One system call reads a record: its header comes along.
  SSL_CTX_set_read_ahead(context, 1);
  // Tickets keep a session at the client's; memory here would only grow.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, select_protocol, nullptr);
}

Context load(const Tls::Files& files) {
  const Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) throw std::runtime_error(fmt::format("TLS cannot be set up: {}", first_reason()));
  configure(context.get());
  use_certificate(context.get(), files.certificate);
  use_key(context.get(), files);
  return context;
}

}  // namespace

Tls::Tls(Files files) : files_(std::move(files)), context_(load(files_)) {}

void Tls::reload() {
  auto fresh = load(files_);
  const std::lock_guard lock(mutex_);
  context_.swap(fresh);
}

Context Tls::context() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

}  // namespace pay::http
