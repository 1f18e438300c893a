#include "app/sources.hpp"

#include "app/url.hpp"
#include "base/bug.hpp"

namespace pay::app {
namespace {

const Setting& setting(std::string_view name) {
  const auto* found = find_setting(name);
  if (!found) bug("a setting is asked for that there is not");
  return *found;
}

}  // namespace

std::string Sources::get(std::string_view name) const {
  for (const auto place : places) {
    if (auto value = find(name, place)) return *std::move(value);
  }
  return setting(name).fallback;
}

std::optional<std::string> Sources::find(std::string_view name, Place place) const {
  if (place == Place::environment) return environment(setting(name).environment);
  const auto& values = place == Place::flags ? flags_ : file_;
  const auto found = values.find(name);
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> Sources::environment(std::string_view name) const {
  auto value = environment_(name);
  if (value && value->empty()) value.reset();
  return value;
}

void refuse(std::string_view name, std::string_view value, std::string_view wanted) {
  throw ConfigurationError(fmt::format("--{} cannot be '{}'; write {}", name, without_login(value), wanted));
}

bool parse_switch(std::string_view name, std::string_view text) {
  if (text != "true" && text != "false") refuse(name, text, "true or false");
  return text == "true";
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  if (text.find_first_not_of(' ') == std::string_view::npos) return parts;
  while (true) {
    const auto comma = text.find(',');
    auto part = text.substr(0, comma);
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    part = part.substr(0, part.find_last_not_of(' ') + 1);
    parts.emplace_back(part);
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace pay::app
