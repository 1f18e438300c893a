#include "app/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

#include "http/curl_client.hpp"

namespace pay::app {
namespace {

// Files of the database, its connections, standard streams, and connections that are being turned away.
constexpr std::size_t own_files = 320;

}  // namespace

std::size_t connections_that_fit(Connections wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted.of_clients;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::getrlimit(RLIMIT_NOFILE, &limit);
  // Besides its own files, the connections to receivers of notifications: 1,024. Callers who hold all of
  // theirs must not take these too, or nobody is told anything.
  const auto kept_back = own_files + http::CurlClient::Options{}.connection_limit + wanted.to_providers;
  const auto files = static_cast<std::size_t>(limit.rlim_cur);
  return std::min(wanted.of_clients, files > 2 * kept_back ? files - kept_back : files / 2);
}

}  // namespace pay::app
