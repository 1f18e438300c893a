#include "unit/http/certificate.hpp"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>

namespace pay::http {
namespace {

using std::chrono::days;

Validity validity_from(days today_plus) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return {.from = now + today_plus, .lasts = days(10)};
}

}  // namespace

CertificateFiles::CertificateFiles(const std::vector<std::string>& names, Validity validity) {
  auto name = (std::filesystem::temp_directory_path() / "certificate-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for a certificate");
  folder_ = name;
  replace(names, validity);
}

CertificateFiles::~CertificateFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void CertificateFiles::replace(const std::vector<std::string>& names, Validity validity) {
  const auto made = make_self_signed(names, validity);
  write_file(certificate(), made.certificate);
  write_file(key(), made.key);
}

void write_file(const std::string& file, std::string_view text) {
  std::ofstream(file, std::ios::binary) << text;
}

Validity expired() {
  return validity_from(days(-11));
}

Validity not_yet_valid() {
  return validity_from(days(1));
}

}  // namespace pay::http
