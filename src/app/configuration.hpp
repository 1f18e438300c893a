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
#include "http/tls.hpp"
#include "outbox/relay.hpp"
#include "storage/mysql/options.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "view/language.hpp"

namespace pay::app {

using DatabaseOptions = std::variant<sqlite::Options, mysql::Options>;

/// An IP address and a TCP port.
struct Address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 5009;
  bool operator==(const Address&) const = default;
};
bool is_loopback(const Address& address);
/// As a URL has it: `127.0.0.1:5009`, `[::1]:5009`.
std::string to_text(const Address& address);

/// Everything that can be set, checked.
struct Configuration {
  Address listen;
  std::optional<Address> http_listen;   ///< plain HTTP beside HTTPS
  std::optional<http::Tls::Files> tls;  ///< of `listen`
  bool open = false;  ///< everybody who reaches the service may use it, while there is no client
  std::optional<std::string> anonymous_client;
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
  std::optional<std::string> store_manager_url;  ///< where payments of nobody in particular are told
  std::string notify_ca;                         ///< empty: the system's
  Relay::Options relay;
};

/// What one setting is called: `--batch-limit`, `PAYMENT_BATCH_LIMIT`, `batch-limit = 256` in the file.
struct Setting {
  std::string_view name;
  std::string_view environment;
  std::string_view fallback;
  std::string_view help;
  bool is_switch = false;  ///< typed without a value
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

/// Whether somebody can be told at this URL: `http://` or `https://`, a host, no blanks.
bool is_web_url(std::string_view text);

/// What operators may call an application: 1 … 64 of `A-Z a-z 0-9 . _ -`.
bool is_client_name(std::string_view text);

/// The text with `***` for what stands between `://` and the last `@`: it may be a password, and is never
/// shown.
std::string without_login(std::string_view text);

/// Throws ConfigurationError for a URL with a login that was typed as a flag, where the list of processes
/// shows it: the environment variable is the place for it.
void refuse_login(std::string_view flag, std::string_view url, std::string_view environment);

/// Reads a TOML file of `name = value` lines. Unknown names are errors.
Values read_file(const std::string& path);

}  // namespace pay::app
