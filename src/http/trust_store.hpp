#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

namespace pay::http {

/// Whom outgoing calls trust: the certificates of the system (OpenSSL's own place, or SSL_CERT_FILE and
/// SSL_CERT_DIR), and besides them those in a file. One in that file need not be an authority's: a server's
/// own certificate is trusted too, for that server. One thread.
class TrustStore {
 public:
  /// `ca_file` is PEM; empty: none. Throws std::runtime_error when it cannot be read or holds no certificate.
  explicit TrustStore(const std::string& ca_file);

  /// The system's certificates are read when this is first called: it takes tens of milliseconds, which
  /// whoever calls nobody by HTTPS is spared.
  [[nodiscard]] X509_STORE* get();

 private:
  struct Free {
    void operator()(X509_STORE* store) const;
  };
  std::unique_ptr<X509_STORE, Free> store_;
  bool has_systems_ = false;
};

}  // namespace pay::http
