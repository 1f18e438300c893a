#include <fmt/format.h>

#include <future>

#include "app/cli/subcommands.hpp"
#include "http/curl_client.hpp"

namespace pay::app {
namespace {

/// Containers ask every few seconds and wait about so long.
constexpr std::chrono::milliseconds patience{3000};

std::string url_of(const Configuration& configuration) {
  const bool plain = configuration.http_listen || !configuration.tls;
  const auto address = reached_from_here(configuration.http_listen.value_or(configuration.listen));
  return fmt::format("{}://{}/health/ready", plain ? "http" : "https", to_text(address));
}

http::CallOutcome ask(std::string url) {
  // It asks itself, by an address that its certificate need not name, and tells nothing.
  http::CurlClient client({.verify_peer = false});
  std::promise<http::CallOutcome> promise;
  auto future = promise.get_future();
  std::vector<http::Client::Call> calls;
  calls.push_back({.request = {.method = "GET", .url = std::move(url), .timeout = patience},
                   .done = [&promise](http::CallOutcome outcome) { promise.set_value(std::move(outcome)); }});
  client.send(calls);
  return future.get();
}

}  // namespace

int health(const Configuration& configuration) {
  const auto url = url_of(configuration);
  const auto outcome = ask(url);
  if (outcome && outcome->status == 200) {
    fmt::print("{} is ready\n", url);
    return 0;
  }
  throw std::runtime_error(
      outcome ? fmt::format("{} is not ready: it answers {}", url, outcome->status)
              : fmt::format("{} does not answer ({}); is the service running, and is this its --listen?", url,
                            name(outcome.error())));
}

}  // namespace pay::app
