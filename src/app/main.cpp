#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "app/cli/command_line.hpp"
#include "app/cli/subcommands.hpp"

namespace {

constexpr int exit_usage = 2;
constexpr int exit_failure = 1;

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

int run(const pay::app::CommandLine& line) {
  if (line.subcommand == pay::app::Subcommand::dev_cert) return pay::app::dev_cert(line);
  const auto file =
      line.config_file.empty() ? pay::app::ConfigurationFile{} : pay::app::read_file(line.config_file);
  const auto configuration = pay::app::configure(line.flags, environment, file);
  pay::log::configure(configuration.log_level, configuration.log_format);
  switch (line.subcommand) {
    case pay::app::Subcommand::serve:
      return pay::app::serve(configuration);
    case pay::app::Subcommand::migrate:
      return pay::app::migrate(configuration);
    case pay::app::Subcommand::verify:
      return pay::app::verify(configuration);
    case pay::app::Subcommand::health:
      return pay::app::health(configuration);
    case pay::app::Subcommand::dev_cert:
      break;
    case pay::app::Subcommand::clients_add:
      return pay::app::clients_add(configuration, line);
    case pay::app::Subcommand::clients_set:
      return pay::app::clients_set(configuration, line);
    case pay::app::Subcommand::clients_list:
      return pay::app::clients_list(configuration);
    case pay::app::Subcommand::clients_add_key:
      return pay::app::clients_add_key(configuration, line);
    case pay::app::Subcommand::clients_remove_key:
      return pay::app::clients_remove_key(configuration, line);
    case pay::app::Subcommand::clients_remove:
      return pay::app::clients_remove(configuration, line);
    case pay::app::Subcommand::notifications_list:
      return pay::app::notifications_list(configuration, line);
    case pay::app::Subcommand::notifications_retry:
      return pay::app::notifications_retry(configuration, line);
    case pay::app::Subcommand::attempts_list:
      return pay::app::attempts_list(configuration, line);
    case pay::app::Subcommand::attempts_resolve:
      return pay::app::attempts_resolve(configuration, line);
  }
  return exit_failure;
}

int fail(int code, const std::exception& e) {
  fmt::print(stderr, "payment-service: {}\n", e.what());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  // A peer that hangs up is an error of one write (in a TLS library's too), never the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const auto line = pay::app::parse_command_line(argc, argv);
    return line ? run(*line) : 0;
  } catch (const pay::app::ConfigurationError& e) {
    // Docker reserves all codes of a health check but 0 and 1.
    const bool asks_for_health = argc > 1 && std::string_view(argv[1]) == "health";
    return fail(asks_for_health ? exit_failure : exit_usage, e);
  } catch (const std::exception& e) {
    return fail(exit_failure, e);
  }
}
