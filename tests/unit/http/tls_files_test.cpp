// Goal: an operator whose certificate cannot be used reads which file is wrong, and why. Method: files that
// have one fault each.
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <memory>

#include "unit/http/certificate.hpp"

namespace pay::http {
namespace {

std::string complaint(const Tls::Files& files) {
  try {
    const Tls tls(files);
    return "none";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

/// Of the key in `file`, with a password on it.
std::string encrypted(const std::string& file) {
  const std::shared_ptr<BIO> input(BIO_new_file(file.c_str(), "r"), BIO_free);
  const std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(input.get(), nullptr, nullptr, nullptr),
                                      EVP_PKEY_free);
  const std::shared_ptr<BIO> output(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PKCS8PrivateKey(output.get(), key.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(output.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

TEST(TlsFiles, that_fit_are_taken) {
  const CertificateFiles made;
  EXPECT_EQ(complaint(made.files()), "none");
}

TEST(TlsFiles, that_are_missing_are_named) {
  const CertificateFiles made;
  EXPECT_EQ(complaint({.certificate = "/nowhere/tls.crt", .key = made.key()}),
            "cannot read /nowhere/tls.crt: No such file or directory");
  EXPECT_EQ(complaint({.certificate = made.certificate(), .key = "/nowhere/tls.key"}),
            "cannot read /nowhere/tls.key: No such file or directory");
}

TEST(TlsFiles, that_are_no_pem_are_named) {
  const CertificateFiles made;
  EXPECT_EQ(complaint({.certificate = made.key(), .key = made.key()}),
            made.key() + " holds no certificate in PEM");
  EXPECT_EQ(complaint({.certificate = made.certificate(), .key = made.certificate()}),
            made.certificate() + " holds no private key in PEM");
  for (const auto* const text : {"", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n"}) {
    write_file(made.certificate(), text);
    EXPECT_TRUE(complaint(made.files()).contains(made.certificate())) << text;
  }
}

TEST(TlsFiles, of_two_pairs_do_not_fit) {
  const CertificateFiles one;
  const CertificateFiles other;
  EXPECT_EQ(complaint({.certificate = one.certificate(), .key = other.key()}),
            "the key in " + other.key() + " is not that of the certificate in " + one.certificate());
}

TEST(TlsFiles, with_a_password_are_refused) {
  const CertificateFiles made;
  write_file(made.key(), encrypted(made.key()));
  EXPECT_EQ(complaint(made.files()),
            "the key in " + made.key() + " is encrypted: store it without a password");
}

TEST(TlsFiles, out_of_their_time_are_refused) {
  const CertificateFiles old({"localhost"}, expired());
  EXPECT_TRUE(
      complaint(old.files()).starts_with("the certificate in " + old.certificate() + " expired on 20"));
  const CertificateFiles early({"localhost"}, not_yet_valid());
  EXPECT_TRUE(complaint(early.files())
                  .starts_with("the certificate in " + early.certificate() + " is not valid before 20"));
}

TEST(TlsFiles, that_became_wrong_leave_a_reload_without_effect) {
  CertificateFiles made;
  Tls tls(made.files());
  const auto before = tls.context();
  write_file(made.key(), "no PEM");
  EXPECT_THROW(tls.reload(), std::runtime_error);
  EXPECT_EQ(tls.context(), before);
  made.replace({"localhost"});
  tls.reload();
  EXPECT_NE(tls.context(), before);
}

}  // namespace
}  // namespace pay::http
