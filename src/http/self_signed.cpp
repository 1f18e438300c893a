#include "http/self_signed.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace pay::http {
namespace {

template <auto free>
struct Freed {
  void operator()(auto* object) const { free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Address = std::unique_ptr<ASN1_OCTET_STRING, Freed<ASN1_OCTET_STRING_free>>;
using Output = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })>;

// X.520 allows a common name no more.
constexpr std::size_t max_common_name = 64;
// RFC 5280, section 4.1.2.2: a positive number of at most 20 octets, hard to guess.
constexpr int serial_bits = 127;

/// OpenSSL answers 1 or a pointer when it has done what it should.
void ensure(bool done) {
  if (!done) throw std::runtime_error("OpenSSL could not make a certificate");
}

bool is_address(const std::string& name) {
  return Address(a2i_IPADDRESS(name.c_str())) != nullptr;
}

/// Letters, digits, hyphens, underscores (in use, if not allowed) and single dots between; `*.` in front.
bool is_dns_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  const bool known = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  return known && !name.empty() && name.size() <= 253 && !name.starts_with('.') && !name.ends_with('.') &&
         !name.contains("..");
}

std::string alternative_names(std::span<const std::string> names) {
  std::string list;
  for (const auto& name : names) {
    const bool address = is_address(name);
    if (!address && !is_dns_name(name)) {
      throw std::invalid_argument(fmt::format("'{}' is neither a DNS name nor an IP address", name));
    }
    list += fmt::format("{}{}:{}", list.empty() ? "" : ",", address ? "IP" : "DNS", name);
  }
  if (list.empty()) throw std::invalid_argument("a certificate needs a name");
  return list;
}

void set_serial(X509* certificate) {
  const Number number(BN_new());
  ensure(number && BN_rand(number.get(), serial_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
  ensure(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void set_validity(X509* certificate, const Validity& validity) {
  const auto from = validity.from.time_since_epoch().count();
  const auto until = (validity.from + validity.lasts).time_since_epoch().count();
  ensure(ASN1_TIME_set(X509_getm_notBefore(certificate), from) != nullptr);
  ensure(ASN1_TIME_set(X509_getm_notAfter(certificate), until) != nullptr);
}

void set_subject_and_issuer(X509* certificate, const std::string& name) {
  auto* const subject = X509_get_subject_name(certificate);
  const auto common_name = name.substr(0, max_common_name);
  ensure(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                                    0) == 1);
  ensure(X509_set_issuer_name(certificate, subject) == 1);
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  ensure(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

template <class Write>
std::string in_pem(Write write) {
  const Output output(BIO_new(BIO_s_mem()));
  ensure(output && write(output.get()) == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(output.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

SelfSigned make_self_signed(std::span<const std::string> names, Validity validity) {
  const auto alternatives = alternative_names(names);
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  ensure(key && certificate);
  ensure(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  set_serial(certificate.get());
  set_validity(certificate.get(), validity);
  set_subject_and_issuer(certificate.get(), names.front());
  ensure(X509_set_pubkey(certificate.get(), key.get()) == 1);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
  add_extension(certificate.get(), NID_subject_key_identifier, "hash");
  add_extension(certificate.get(), NID_authority_key_identifier, "keyid");
  add_extension(certificate.get(), NID_subject_alt_name, alternatives);
  ensure(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  return {.certificate = in_pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); }),
          .key = in_pem([&](BIO* out) {
            return PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace pay::http
