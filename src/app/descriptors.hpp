#pragma once

#include <cstddef>

namespace pay::app {

/// Connections of clients, and those of ours besides what every service has.
struct Connections {
  std::size_t of_clients = 0;
  std::size_t to_providers = 0;
};

/// Raises this process's limit of open files as far as it may. How many of the clients' connections fit into
/// it, with room left for all others, the database and the log.
std::size_t connections_that_fit(Connections wanted);

}  // namespace pay::app
