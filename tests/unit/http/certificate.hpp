#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "http/self_signed.hpp"
#include "http/tls.hpp"

namespace pay::http {

/// A self-signed certificate and its key in a folder of their own, gone afterwards.
class CertificateFiles {
 public:
  explicit CertificateFiles(const std::vector<std::string>& names = {"localhost", "127.0.0.1"},
                            Validity validity = {});
  ~CertificateFiles();
  CertificateFiles(const CertificateFiles&) = delete;
  CertificateFiles& operator=(const CertificateFiles&) = delete;

  [[nodiscard]] std::string certificate() const { return (folder_ / "tls.crt").string(); }
  [[nodiscard]] std::string key() const { return (folder_ / "tls.key").string(); }
  [[nodiscard]] Tls::Files files() const { return {.certificate = certificate(), .key = key()}; }
  /// Another pair in the same files.
  void replace(const std::vector<std::string>& names, Validity validity = {});

 private:
  std::filesystem::path folder_;
};

void write_file(const std::string& file, std::string_view text);

/// Ended yesterday.
Validity expired();
/// Begins tomorrow.
Validity not_yet_valid();

}  // namespace pay::http
