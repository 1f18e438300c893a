#pragma once

#include <functional>

#include "storage/mysql/connection.hpp"

namespace pay::mysql {

/// One step of a migration; tried again when another instance's step was in the way. Throws as
/// Connection::run.
void run_step(Connection& connection, const Statements& statements,
              const std::function<void(const Row&)>& on_row = {});

}  // namespace pay::mysql
