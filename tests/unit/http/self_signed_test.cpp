// Goal: a certificate from here serves the names that it was made for and nothing else. Method: OpenSSL
// verifies it as the only one that is trusted, by the strict rules.
#include "http/self_signed.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <vector>

#include "unit/http/certificate.hpp"

namespace pay::http {
namespace {

using Names = std::vector<std::string>;
using Certificate = std::shared_ptr<X509>;

Certificate parse(const SelfSigned& made) {
  const std::shared_ptr<BIO> input(BIO_new_mem_buf(made.certificate.data(), -1), BIO_free);
  return {PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr), X509_free};
}

/// X509_V_OK, or why not.
int verify(const Certificate& certificate, const Certificate& trusted) {
  const std::shared_ptr<X509_STORE> store(X509_STORE_new(), X509_STORE_free);
  X509_STORE_add_cert(store.get(), trusted.get());
  X509_STORE_set_flags(store.get(), X509_V_FLAG_X509_STRICT);
  X509_STORE_set_purpose(store.get(), X509_PURPOSE_SSL_SERVER);
  const std::shared_ptr<X509_STORE_CTX> context(X509_STORE_CTX_new(), X509_STORE_CTX_free);
  X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

TEST(SelfSigned, is_its_own_anchor) {
  const auto made = parse(make_self_signed(Names{"localhost"}));
  EXPECT_EQ(verify(made, made), X509_V_OK);
  const auto other = parse(make_self_signed(Names{"localhost"}));
  EXPECT_NE(verify(made, other), X509_V_OK);
}

TEST(SelfSigned, cannot_sign_others) {
  const auto made = parse(make_self_signed(Names{"localhost"}));
  EXPECT_EQ(X509_check_ca(made.get()), 0);
  EXPECT_EQ(X509_get_key_usage(made.get()), static_cast<unsigned>(KU_DIGITAL_SIGNATURE));
  EXPECT_EQ(X509_get_extended_key_usage(made.get()), static_cast<unsigned>(XKU_SSL_SERVER));
}

TEST(SelfSigned, holds_for_its_names_and_no_other) {
  const auto made = parse(make_self_signed(Names{"payments_api", "*.shop.example", "127.0.0.1", "::1"}));
  const auto host = [&](const char* name) { return X509_check_host(made.get(), name, 0, 0, nullptr); };
  EXPECT_EQ(host("payments_api"), 1);
  EXPECT_EQ(host("a.shop.example"), 1);
  EXPECT_EQ(host("localhost"), 0);
  EXPECT_EQ(X509_check_ip_asc(made.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(made.get(), "::1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(made.get(), "127.0.0.2", 0), 0);
}

TEST(SelfSigned, holds_for_397_days) {
  const auto made = parse(make_self_signed(Names{"localhost"}));
  int days = 0;
  int seconds = 0;
  ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(made.get()), X509_get0_notAfter(made.get()));
  EXPECT_EQ(days, 397);
  EXPECT_LT(X509_cmp_current_time(X509_get0_notBefore(made.get())), 0);
}

TEST(SelfSigned, of_a_name_longer_than_a_common_name_is_made) {
  const std::string label(60, 'a');
  const auto name = label + "." + label;
  const auto made = parse(make_self_signed(Names{name}));
  EXPECT_EQ(X509_check_host(made.get(), name.c_str(), 0, 0, nullptr), 1);
}

TEST(SelfSigned, is_refused_for_what_is_no_name) {
  EXPECT_THROW(make_self_signed(Names{}), std::invalid_argument);
  for (const auto* const name : {"", "a b", "a,DNS:b", "a:5009", "https://a", ".a", "a..b", "*", "*."}) {
    EXPECT_THROW(make_self_signed(Names{"localhost", name}), std::invalid_argument) << name;
  }
}

}  // namespace
}  // namespace pay::http
