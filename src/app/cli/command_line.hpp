#pragma once

#include <string>
#include <vector>

#include "app/configuration.hpp"

namespace pay::app {

enum class Subcommand : std::uint8_t {
  serve,
  migrate,
  verify,
  health,
  dev_cert,
  clients_add,
  clients_set,
  clients_list,
  clients_add_key,
  clients_remove_key,
  clients_remove,
  notifications_list,
  notifications_retry,
  attempts_list,
  attempts_resolve
};

/// What was typed. Values are unchecked texts.
struct CommandLine {
  Subcommand subcommand = Subcommand::serve;
  Values flags;    ///< settings
  Values options;  ///< what only this subcommand knows, `--host` as `host`; a switch is `true`
  std::vector<std::string> words;  ///< what stands without a flag: a name, an id
  std::string config_file;         ///< empty: none

  [[nodiscard]] std::string option(std::string_view name, std::string_view otherwise = {}) const {
    const auto found = options.find(name);
    return found == options.end() ? std::string(otherwise) : found->second;
  }
};

/// Nothing when help or the version was asked for, and printed. Throws ConfigurationError with one line.
std::optional<CommandLine> parse_command_line(int argc, const char* const* argv);

}  // namespace pay::app
