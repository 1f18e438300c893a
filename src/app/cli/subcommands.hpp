#pragma once

#include "app/cli/command_line.hpp"

/// What each subcommand does; the result is the process's exit code. What goes wrong is thrown.
namespace pay::app {

int serve(const Configuration& configuration);
int migrate(const Configuration& configuration);
int verify(const Configuration& configuration);
/// Asks the service of this configuration whether it is ready: for containers and supervisors.
int health(const Configuration& configuration);
/// Writes a self-signed certificate and its key.
int dev_cert(const CommandLine& line);

int clients_add(const Configuration& configuration, const CommandLine& line);
int clients_set(const Configuration& configuration, const CommandLine& line);
int clients_list(const Configuration& configuration);
int clients_add_key(const Configuration& configuration, const CommandLine& line);
int clients_remove_key(const Configuration& configuration, const CommandLine& line);
int clients_remove(const Configuration& configuration, const CommandLine& line);

int notifications_list(const Configuration& configuration, const CommandLine& line);
int notifications_retry(const Configuration& configuration, const CommandLine& line);

int attempts_list(const Configuration& configuration, const CommandLine& line);
/// Settles by hand what no provider tells: a command like any other, beside a running service.
int attempts_resolve(const Configuration& configuration, const CommandLine& line);

}  // namespace pay::app
