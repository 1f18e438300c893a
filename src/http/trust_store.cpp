#include "http/trust_store.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <stdexcept>

namespace pay::http {

std::shared_ptr<X509_STORE> make_trust_store(const std::string& ca_file) {
  std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
  if (!store || X509_STORE_set_default_paths(store.get()) != 1) {
    throw std::runtime_error("the system's certificates cannot be had");
  }
  X509_STORE_set_flags(store.get(), X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  if (!ca_file.empty() && X509_STORE_load_file(store.get(), ca_file.c_str()) != 1) {
    throw std::runtime_error(fmt::format("{} cannot be read, or holds no certificate in PEM", ca_file));
  }
  // A system without any certificate is no error until one is needed.
  ERR_clear_error();
  return store;
}

}  // namespace pay::http
