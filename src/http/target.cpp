#include "http/target.hpp"

#include <algorithm>

#include "http/text.hpp"

namespace pay::http {
namespace {

/// Takes `http://host:port` off an absolute target. Nothing when it is not one.
std::optional<std::string_view> without_origin(std::string_view target) {
  const auto scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const auto scheme = target.substr(0, scheme_end);
  if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) return std::nullopt;
  const auto rest = target.substr(scheme_end + 3);
  const auto authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const auto authority = rest.substr(0, authority_end);
  if (authority.empty() || !is_authority(authority)) return std::nullopt;
  return rest.substr(authority_end);
}

/// Published collections send `//`, which means `/`.
std::string_view fold_leading_slashes(std::string_view path) {
  const auto first = std::min(path.find_first_not_of('/'), path.size());
  return path.substr(first - 1);
}

}  // namespace

bool is_authority(std::string_view text) {
  return text.find_first_of(" \t/\\?#@\"<>,") == std::string_view::npos;
}

bool read_target(std::string_view target, Request& request) {
  if (target == "*") {
    request.path = target;
    return request.method == "OPTIONS";
  }
  if (!target.starts_with('/')) {
    const auto rest = without_origin(target);
    if (!rest) return false;
    target = *rest;
  }
  const auto path_end = std::min(target.find('?'), target.size());
  auto path = target.substr(0, path_end);
  if (path_end < target.size()) request.query = target.substr(path_end + 1);
  if (path.empty()) path = "/";
  path = fold_leading_slashes(path);
  if (path.find_first_of("%#") == std::string_view::npos) {
    request.path = path;
    return true;
  }
  auto decoded = percent_decode(path);
  if (!decoded || path.find('#') != std::string_view::npos) return false;
  request.path = std::move(*decoded);
  return true;
}

}  // namespace pay::http
