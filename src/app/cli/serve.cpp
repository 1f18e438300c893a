#include <fmt/format.h>

#include <boost/system/system_error.hpp>
#include <cstdio>

#include "app/cli/subcommands.hpp"
#include "app/demo.hpp"
#include "app/descriptors.hpp"
#include "app/open_store.hpp"
#include "app/service.hpp"

namespace pay::app {
namespace {

std::unique_ptr<Service> bind(const Configuration& configuration, Store& store, const Clock& clock) {
  try {
    return std::make_unique<Service>(configuration, store, clock);
  } catch (const boost::system::system_error& e) {
    throw std::runtime_error(fmt::format("cannot listen on {}:{} ({}); choose another address with --listen",
                                         configuration.host, configuration.port, e.code().message()));
  }
}

}  // namespace

int serve(const Configuration& configuration) {
  const SystemClock clock;
  auto fitting = configuration;
  fitting.max_connections = connections_that_fit(configuration.max_connections);
  const auto store = open_store(configuration.database);
  if (configuration.demo) create_demo_payments(*store, clock, configuration.currency);

  const auto service = bind(fitting, *store, clock);
  service->stop_on_signals();
  const auto listening = service->local_endpoint();
  fmt::print("payment-service {} listens on http://{}:{}, database {}\n", PAY_VERSION,
             configuration.host.contains(':') ? "[" + configuration.host + "]" : configuration.host,
             listening.port(), store->name());
  std::fflush(stdout);
  if (fitting.max_connections < configuration.max_connections) {
    log::warn("fewer connections than --max-connections fit the limit of open files",
              {{"connections", fitting.max_connections}});
  }
  service->run();
  return 0;
}

}  // namespace pay::app
