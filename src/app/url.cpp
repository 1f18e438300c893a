#include "app/url.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/settings.hpp"

namespace pay::app {
namespace {

/// `user:password@host:port`; nothing of a text without a scheme.
std::string_view authority_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(scheme + 3, url.find_first_of("/?#", scheme + 3) - scheme - 3);
}

}  // namespace

bool is_web_url(std::string_view text) {
  const auto scheme = text.starts_with("https://") ? 8U : text.starts_with("http://") ? 7U : 0U;
  const bool has_host =
      scheme > 0 && text.size() > scheme && !std::string_view("/:?#").contains(text[scheme]);
  return has_host && text.size() <= 2048 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_plain_beyond_loopback(std::string_view url) {
  if (!url.starts_with("http://")) return false;
  auto host = authority_of(url);
  host.remove_prefix(host.rfind('@') + 1);
  return !host.starts_with("127.") && !host.starts_with("[::1]") &&
         host.substr(0, host.find(':')) != "localhost";
}

std::string without_login(std::string_view text) {
  const auto scheme = text.find("://");
  const auto at = text.rfind('@');
  if (scheme == std::string_view::npos || at == std::string_view::npos || at < scheme)
    return std::string(text);
  return fmt::format("{}***{}", text.substr(0, scheme + 3), text.substr(at));
}

void refuse_login(std::string_view flag, std::string_view url, std::string_view environment) {
  if (!authority_of(url).contains('@')) return;
  throw ConfigurationError(
      fmt::format("{} with a login in it would show it to every user of this machine; put the URL into the "
                  "environment variable {}",
                  flag, environment));
}

}  // namespace pay::app
