#pragma once

#include <memory>

#include "http/client.hpp"

namespace pay::http {

/// A Client by libcurl: HTTP/1.1, connections kept open and used again, certificates verified, no redirects,
/// no proxy, no cookies, no password from a file. All calls share one thread; a URL is never logged. A
/// request that finds its kept connection closed by the peer is sent again on a fresh one, whatever its
/// method: at least once, never silently lost.
class CurlClient final : public Client {
 public:
  struct Options {
    /// PEM: authorities, or servers' own certificates, trusted besides the system's (which are OpenSSL's, or
    /// those of SSL_CERT_FILE and SSL_CERT_DIR). Empty: none.
    std::string ca_file{};
    std::size_t answer_limit = 65'536;  ///< bytes of a body that are read
    std::size_t connection_limit = 1024;
    bool verify_peer = true;  ///< false only for a process that asks itself on loopback
  };
  /// Throws std::runtime_error when `ca_file` cannot be read.
  explicit CurlClient(const Options& options);
  ~CurlClient() override;

  void send(std::vector<Call>& calls) override;
  void stop() override;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace pay::http
