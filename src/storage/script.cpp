#include "storage/script.hpp"

#include <algorithm>

namespace pay {

std::vector<std::string> statements_of(std::string_view script) {
  std::vector<std::string> statements(1);
  while (!script.empty()) {
    const auto length = std::min(script.find('\n'), script.size() - 1) + 1;
    const auto line = script.substr(0, length);
    script.remove_prefix(length);
    if (line.starts_with("--") || (line == "\n" && statements.back().empty())) continue;
    statements.back() += line;
    if (line.ends_with(";\n")) statements.emplace_back();
  }
  statements.pop_back();
  return statements;
}

}  // namespace pay
