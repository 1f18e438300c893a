#pragma once

#include <span>
#include <string_view>

#include "app/cli/command_line.hpp"

/// The table of contents of the command line.
namespace pay::app {

/// What only one subcommand takes.
struct Option {
  std::string_view name;
  std::string_view help;
  bool is_switch = false;
};

/// What stands without a flag.
struct Words {
  std::string_view name;  ///< of the first; empty: none may stand there
  std::string_view others{};
  int least = 0;
  int most = 0;
};

/// One thing that can be asked for. A group's verbs come after it.
struct Verb {
  std::string_view group;  ///< empty: none
  std::string_view name;
  std::string_view help;
  Subcommand subcommand{};
  bool takes_all_settings = false;
  std::span<const std::string_view> settings{};
  std::span<const Option> options{};
  Words words{};
};

std::span<const Verb> verbs();
std::string_view help_of_group(std::string_view group);

}  // namespace pay::app
