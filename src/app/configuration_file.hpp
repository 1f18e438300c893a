#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/settings.hpp"

namespace pay::app {

/// One `[[route]]` of the file: texts by the names of its keys, several where a list stands.
using RouteTable = std::map<std::string, std::vector<std::string>, std::less<>>;

struct ConfigurationFile {
  Values values{};  ///< lists of providers and methods with commas between
  std::vector<RouteTable> routes{};
};

/// Reads a TOML file of `name = value` lines, and of rules by which payments find providers. Throws
/// ConfigurationError for what cannot be read, and for unknown names.
ConfigurationFile read_file(const std::string& path);

}  // namespace pay::app
