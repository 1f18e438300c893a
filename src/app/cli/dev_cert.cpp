#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "app/cli/subcommands.hpp"
#include "http/self_signed.hpp"

namespace pay::app {
namespace {

constexpr int readable_by_all = 0644;
constexpr int readable_by_owner = 0600;

/// A new file with its own permissions from its first byte on. In a folder of many users nobody's link leads
/// elsewhere.
void write_file(const std::filesystem::path& path, std::string_view text, int mode) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  const auto written = file < 0 ? -1 : ::write(file, text.data(), text.size());
  const int error = errno;
  if (file >= 0) ::close(file);
  if (written != static_cast<ssize_t>(text.size())) {
    throw std::runtime_error(fmt::format("{} cannot be written ({}); choose another folder with --out",
                                         path.string(), std::generic_category().message(error)));
  }
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

http::SelfSigned make_pair(const std::vector<std::string>& hosts) {
  try {
    return http::make_self_signed(hosts);
  } catch (const std::invalid_argument& e) {
    throw ConfigurationError(fmt::format("--host: {}; write a name or an IP address", e.what()));
  }
}

}  // namespace

int dev_cert(const CommandLine& line) {
  const std::filesystem::path folder = line.option("out", ".");
  const auto certificate = folder / "payment-cert.pem";
  const auto key = folder / "payment-key.pem";
  const bool may_replace = line.option("force") == "true";
  for (const auto& path : {certificate, key}) {
    if (!may_replace && std::filesystem::exists(path)) {
      throw ConfigurationError(
          fmt::format("{} is there already; write --force to replace it, or --out FOLDER", path.string()));
    }
  }
  std::error_code no_folder;
  std::filesystem::create_directories(folder, no_folder);

  auto hosts = words_of(line.option("host"));
  if (hosts.empty()) hosts = {"localhost", "127.0.0.1", "::1"};
  const auto pair = make_pair(hosts);
  for (const auto& path : {certificate, key}) std::filesystem::remove(path, no_folder);
  write_file(key, pair.key, readable_by_owner);
  write_file(certificate, pair.certificate, readable_by_all);
  fmt::print(
      "{} and {}: self-signed, for {}\n"
      "payment-service serve --tls-cert {} --tls-key {}\n"
      "curl --cacert {} https://{}:5009/\n",
      certificate.string(), key.string(), fmt::join(hosts, ", "), certificate.string(), key.string(),
      certificate.string(), hosts.front());
  return 0;
}

}  // namespace pay::app
