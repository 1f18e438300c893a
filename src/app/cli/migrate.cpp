#include <fmt/format.h>

#include "app/cli/subcommands.hpp"
#include "app/open_store.hpp"

namespace pay::app {

int migrate(const Configuration& configuration) {
  const auto store = open_store(configuration.database);
  fmt::print("payment-service {}: the schema of {} is up to date\n", PAY_VERSION, store->name());
  return 0;
}

}  // namespace pay::app
