#pragma once

#include "app/configuration.hpp"

/// What each subcommand does; the result is the process's exit code. What goes wrong is thrown.
namespace pay::app {

int serve(const Configuration& configuration);
int migrate(const Configuration& configuration);
int verify(const Configuration& configuration);

}  // namespace pay::app
