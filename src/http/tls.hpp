#pragma once

#include <openssl/types.h>

#include <memory>
#include <mutex>
#include <string>

namespace pay::http {

/// The server's certificate chain and key: TLS 1.2 and 1.3, ciphers with forward secrecy and authentication
/// (Mozilla's "intermediate" recommendation), no compression, no renegotiation, HTTP/1.1 by ALPN.
/// Thread-safe.
class Tls {
 public:
  struct Files {
    std::string certificate;  ///< PEM, the chain, the server's own first
    std::string key;          ///< PEM, not encrypted
  };
  /// Throws std::runtime_error that names the file and says what is wrong with it: unreadable, no PEM,
  /// expired or not yet valid, a key of another certificate.
  explicit Tls(Files files);

  /// Reads the files again; connections that are open keep what they have. Throws as the constructor does,
  /// and then all stays as it was.
  void reload();

  /// What a new connection is made of.
  [[nodiscard]] std::shared_ptr<SSL_CTX> context() const;

 private:
  const Files files_;
  mutable std::mutex mutex_;
  std::shared_ptr<SSL_CTX> context_;
};

}  // namespace pay::http
