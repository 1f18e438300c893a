#include <fmt/format.h>

#include <boost/system/system_error.hpp>
#include <cstdio>

#include "app/cli/subcommands.hpp"
#include "app/demo.hpp"
#include "app/descriptors.hpp"
#include "app/open_store.hpp"
#include "app/provider_set.hpp"
#include "app/service.hpp"
#include "http/trust_store.hpp"

namespace pay::app {
namespace {

std::unique_ptr<Service> bind(const Configuration& configuration, Store& store, const Clock& clock) {
  try {
    return std::make_unique<Service>(configuration, store, clock);
  } catch (const boost::system::system_error& e) {
    const auto beside = configuration.http_listen ? " or " + to_text(*configuration.http_listen) : "";
    throw std::runtime_error(fmt::format("cannot listen on {}{} ({}); choose another address with --listen",
                                         to_text(configuration.listen), beside, e.code().message()));
  }
}

/// Before the database is touched: what names a file that cannot be used is a wrong setting.
void check_files(const Configuration& configuration) {
  try {
    if (configuration.tls) http::Tls{*configuration.tls};
    http::TrustStore{configuration.notify_ca};
  } catch (const std::runtime_error& e) {
    throw ConfigurationError(e.what());
  }
}

/// `https://127.0.0.1:5009 and http://127.0.0.1:5010`.
std::string where(const Service& service, const Configuration& configuration) {
  const auto url = [&](std::string_view scheme, Address address, std::size_t listener) {
    address.port = service.local_endpoint(listener).port();
    return fmt::format("{}://{}", scheme, to_text(address));
  };
  auto text = url(configuration.tls ? "https" : "http", configuration.listen, 0);
  if (configuration.http_listen) text += " and " + url("http", *configuration.http_listen, 1);
  return text;
}

bool is_open_beyond_loopback(const Configuration& configuration, Store& store) {
  const bool is_reached = !is_loopback(configuration.listen) ||
                          (configuration.http_listen && !is_loopback(*configuration.http_listen));
  return is_reached && configuration.open && store.open_clients()->list_clients().empty();
}

/// Of what works, and may not be what was meant.
void warn(const Configuration& configuration, Store& store, std::size_t connections) {
  if (connections < configuration.max_connections) {
    log::warn("fewer connections than --max-connections fit the limit of open files",
              {{"connections", connections}});
  }
  if (is_open_beyond_loopback(configuration, store)) {
    log::warn(
        "there is no client and --open was said: whoever reaches this service may use it, without a key");
  }
  for (const auto& doubt : doubts_about(configuration.providers)) log::warn(doubt);
  if (has_real_provider(configuration.providers) && configuration.public_url.empty()) {
    log::warn("without --public-url, whoever pays at a provider's page is sent back to this machine");
  }
}

}  // namespace

int serve(const Configuration& configuration) {
  const SystemClock clock;
  auto fitting = configuration;
  fitting.max_connections = connections_that_fit(
      {.of_clients = configuration.max_connections, .to_providers = configuration.providers.calls_at_once()});
  check_files(configuration);
  check_providers(configuration.providers);
  const auto store = open_store(configuration.database);
  if (configuration.demo) create_demo_payments(*store, clock, configuration.currency);

  const auto service = bind(fitting, *store, clock);
  service->obey_signals();
  fmt::print("payment-service {} listens on {}, database {}\n", PAY_VERSION, where(*service, configuration),
             store->name());
  std::fflush(stdout);
  warn(configuration, *store, fitting.max_connections);
  service->run();
  return 0;
}

}  // namespace pay::app
