#include "http/trust_store.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <new>
#include <stdexcept>

namespace pay::http {

void TrustStore::Free::operator()(X509_STORE* store) const {
  X509_STORE_free(store);
}

TrustStore::TrustStore(const std::string& ca_file) : store_(X509_STORE_new()) {
  if (!store_) throw std::bad_alloc();
  X509_STORE_set_flags(store_.get(), X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  if (!ca_file.empty() && X509_STORE_load_file(store_.get(), ca_file.c_str()) != 1) {
    throw std::runtime_error(fmt::format("{} cannot be read, or holds no certificate in PEM", ca_file));
  }
}

X509_STORE* TrustStore::get() {
  if (!has_systems_) {
    // A system without any certificate is no error: without one, nobody is trusted.
    X509_STORE_set_default_paths(store_.get());
    ERR_clear_error();
    has_systems_ = true;
  }
  return store_.get();
}

}  // namespace pay::http
