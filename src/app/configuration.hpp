#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/log.hpp"
#include "command/executor.hpp"
#include "storage/mysql/options.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "view/language.hpp"

namespace pay::app {

using DatabaseOptions = std::variant<sqlite::Options, mysql::Options>;

/// Everything that can be set, checked.
struct Configuration {
  std::string host = "127.0.0.1";
  std::uint16_t port = 5009;
  DatabaseOptions database;
  Currency currency;
  view::Language language = view::Language::english;
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::text;
  std::size_t batch_limit = 256;
  Lifetimes lifetimes;
  std::size_t max_connections = 10'000;
  std::chrono::seconds idle_time{15 * 60};
  bool demo = false;
};

/// What one setting is called: `--batch-limit`, `PAYMENT_BATCH_LIMIT`, `batch-limit = 256` in the file.
struct Setting {
  std::string_view name;
  std::string_view environment;
  std::string_view fallback;
  std::string_view help;
};
std::span<const Setting> settings();

/// Texts by the names of settings, as given in one place.
using Values = std::map<std::string, std::string, std::less<>>;

/// A value that cannot be used; `what()` is one line that says what to write instead.
class ConfigurationError : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// For each setting: the flag, else the environment, else the file, else the default.
/// `environment` gives a variable's value; an empty one counts as absent.
Configuration configure(const Values& flags,
                        const std::function<std::optional<std::string>(std::string_view)>& environment,
                        const Values& file);

/// The text with `***` for what stands between `://` and the last `@`: it may be a password, and is never
/// shown.
std::string without_login(std::string_view text);

/// Reads a TOML file of `name = value` lines. Unknown names are errors.
Values read_file(const std::string& path);

}  // namespace pay::app
