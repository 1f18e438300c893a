#pragma once

#include <cstddef>

namespace pay::app {

/// Raises this process's limit of open files as far as it may. How many of `wanted` connections fit into it,
/// with room left for the database and the log.
std::size_t connections_that_fit(std::size_t wanted);

}  // namespace pay::app
