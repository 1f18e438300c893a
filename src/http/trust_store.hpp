#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

namespace pay::http {

/// Whom outgoing calls trust: the certificates of the system (OpenSSL's own place, or SSL_CERT_FILE and
/// SSL_CERT_DIR), and besides them those in `ca_file` (PEM; empty: none). One in `ca_file` need not be an
/// authority's: a server's own certificate is trusted too, for that server. Throws std::runtime_error when
/// the file cannot be read or holds no certificate.
std::shared_ptr<X509_STORE> make_trust_store(const std::string& ca_file);

}  // namespace pay::http
