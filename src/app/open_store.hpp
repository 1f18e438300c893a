#pragma once

#include <memory>

#include "app/configuration.hpp"

namespace pay::app {

/// Opens the database and brings its schema up. An unreachable MySQL is tried for 15 seconds, a file once.
/// Throws StoreUnavailable, or std::runtime_error for what no try mends.
std::unique_ptr<Store> open_store(const DatabaseOptions& database);

/// For operators who change something, beside a running service or without one. Throws as above.
std::unique_ptr<Store> open_beside(const DatabaseOptions& database);

/// The same, for those who change only what is there: a file that does not exist is a std::runtime_error, and
/// is not made.
std::unique_ptr<Store> open_existing_beside(const DatabaseOptions& database);

/// For operators, beside a running service: reads only. Throws as above.
std::unique_ptr<ReadStore> open_to_read(const DatabaseOptions& database);

}  // namespace pay::app
