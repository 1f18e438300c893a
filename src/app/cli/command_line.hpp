#pragma once

#include <string>

#include "app/configuration.hpp"

namespace pay::app {

enum class Subcommand : std::uint8_t { serve, migrate, verify };

/// What was typed. Values are unchecked texts.
struct CommandLine {
  Subcommand subcommand = Subcommand::serve;
  Values flags;
  std::string config_file;  ///< empty: none
};

/// Nothing when help or the version was asked for, and printed. Throws ConfigurationError with one line.
std::optional<CommandLine> parse_command_line(int argc, const char* const* argv);

}  // namespace pay::app
