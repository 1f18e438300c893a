#include "app/configuration_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace pay::app {
namespace {

constexpr std::string_view route = "route";
constexpr std::array<std::string_view, 6> keys_of_route{"method",      "currency",     "client",
                                                        "amount-from", "amount-below", "providers"};
constexpr std::array<std::string_view, 2> lists{"provider", "methods"};

/// How the parser says that a table begins, and ends.
constexpr std::string_view table_begins = "++";
constexpr std::string_view table_ends = "--";

class FileReader {
 public:
  FileReader(const std::string& path, ConfigurationFile& file) : path_(path), file_(file) {}

  void take(const CLI::ConfigItem& item) {
    const bool is_in_route = item.parents.size() == 1 && item.parents.front() == route;
    if (item.name == table_ends) return;
    if (is_in_route) return take_of_route(item);
    if (item.name == table_begins) refuse_name(fmt::format("[{}]", fmt::join(item.parents, ".")));
    take_setting(item);
  }

 private:
  void take_of_route(const CLI::ConfigItem& item) {
    if (item.name == table_begins) return void(file_.routes.emplace_back());
    if (std::ranges::find(keys_of_route, item.name) == keys_of_route.end()) {
      throw ConfigurationError(fmt::format("{}: [[route]] {} has no key '{}'; write {}", path_,
                                           file_.routes.size(), item.name, fmt::join(keys_of_route, ", ")));
    }
    if (file_.routes.empty()) refuse_name(item.fullname());
    file_.routes.back().emplace(item.name, item.inputs);
  }

  void take_setting(const CLI::ConfigItem& item) {
    const auto name = item.fullname();
    const bool may_be_list = std::ranges::find(lists, name) != lists.end();
    if (!find_setting(name) || (item.inputs.size() != 1 && !may_be_list)) refuse_name(name);
    file_.values[name] = fmt::format("{}", fmt::join(item.inputs, ","));
  }

  [[noreturn]] void refuse_name(std::string_view name) const {
    throw ConfigurationError(
        fmt::format("{}: '{}' is no setting; `payment-service serve --help` lists them", path_, name));
  }

  const std::string& path_;
  ConfigurationFile& file_;
};

/// The parser takes one table for a list of tables: whoever means a second rule would get what they mean, and
/// no other reader of TOML would agree.
void refuse_one_bracket(const std::string& path, const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::erase_if(line, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
    if (line == "[route]" || line.starts_with("[route]#"))
      throw ConfigurationError(
          fmt::format("{}: [route] has one bracket; write [[route]], one for each rule", path));
  }
}

}  // namespace

ConfigurationFile read_file(const std::string& path) {
  std::error_code ignored;
  const bool is_file = std::filesystem::is_regular_file(path, ignored);
  std::ifstream in(path);
  if (!is_file || !in)
    throw ConfigurationError(fmt::format("--config: the file {} cannot be read; check the path", path));
  std::stringstream text;
  text << in.rdbuf();
  refuse_one_bracket(path, text.str());
  ConfigurationFile file;
  try {
    FileReader reader(path, file);
    for (const auto& item : CLI::ConfigTOML{}.from_config(text)) reader.take(item);
  } catch (const CLI::Error& e) {
    throw ConfigurationError(fmt::format("{}: {}", path, e.what()));
  }
  return file;
}

}  // namespace pay::app
