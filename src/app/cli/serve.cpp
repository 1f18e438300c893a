#include <fmt/format.h>

#include <boost/system/system_error.hpp>
#include <cstdio>

#include "app/cli/subcommands.hpp"
#include "app/demo.hpp"
#include "app/descriptors.hpp"
#include "app/open_store.hpp"
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

}  // namespace

int serve(const Configuration& configuration) {
  const SystemClock clock;
  auto fitting = configuration;
  fitting.max_connections = connections_that_fit(configuration.max_connections);
  check_files(configuration);
  const auto store = open_store(configuration.database);
  if (configuration.demo) create_demo_payments(*store, clock, configuration.currency);

  const auto service = bind(fitting, *store, clock);
  service->obey_signals();
  fmt::print("payment-service {} listens on {}, database {}\n", PAY_VERSION, where(*service, configuration),
             store->name());
  std::fflush(stdout);
  if (fitting.max_connections < configuration.max_connections) {
    log::warn("fewer connections than --max-connections fit the limit of open files",
              {{"connections", fitting.max_connections}});
  }
  if (is_open_beyond_loopback(configuration, *store)) {
    log::warn(
        "there is no client and --open was said: whoever reaches this service may use it, without a key");
  }
  service->run();
  return 0;
}

}  // namespace pay::app
