#pragma once

#include <curl/curl.h>
#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <string>

#include "http/client.hpp"
#include "http/trust_store.hpp"

namespace pay::http {

/// One call of libcurl's. Its handle is used again for the next: making one costs more than a call. Stays
/// where it is: libcurl points to it. One thread.
class CurlTransfer {
 public:
  struct Settings {
    TrustStore* trusted;  ///< outlives it
    std::size_t answer_limit;
    bool verify_peer;
  };

  /// Throws std::bad_alloc.
  explicit CurlTransfer(const Settings& settings);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  /// To be added to libcurl's multi handle.
  [[nodiscard]] CURL* handle() const { return easy_.get(); }
  void begin(Client::Call call);
  /// Ends the call with what libcurl made of it. The transfer is free for the next before the caller is told.
  [[nodiscard]] CallOutcome outcome(CURLcode result);
  [[nodiscard]] Client::Done end();

 private:
  void set_constants();
  void set_request();
  [[nodiscard]] CallFailure failure(CURLcode result) const;
  [[nodiscard]] CallFailure unless_sent(CallFailure failure) const;
  [[nodiscard]] bool was_sent() const;

  static std::size_t on_body(const char* bytes, std::size_t unit, std::size_t count, CurlTransfer* transfer);
  static std::size_t on_header(const char* bytes, std::size_t unit, std::size_t count,
                               CurlTransfer* transfer);
  static curl_socket_t on_socket(CurlTransfer* transfer, curlsocktype purpose, const curl_sockaddr* address);
  static int on_request(CurlTransfer* transfer, const char* peer, const char* self, int peer_port,
                        int self_port);
  static CURLcode on_tls(CURL* easy, SSL_CTX* context, const Settings* settings);

  const Settings settings_;
  std::unique_ptr<CURL, decltype([](CURL* easy) { curl_easy_cleanup(easy); })> easy_;
  std::unique_ptr<curl_slist, decltype([](curl_slist* list) { curl_slist_free_all(list); })> headers_;
  Client::Call call_;
  std::string answer_;
  std::size_t header_bytes_ = 0;
  bool header_ended_ = false;
  bool lacked_descriptor_ = false;  ///< a socket could not be made
  bool was_sent_twice_ = false;
};

}  // namespace pay::http
