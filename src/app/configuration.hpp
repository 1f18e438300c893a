#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "app/configuration_file.hpp"
#include "app/provider_configuration.hpp"
#include "app/sources.hpp"
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
/// How this machine reaches whoever listens there: all of its addresses are on loopback too.
Address reached_from_here(Address address);

/// Everything that can be set, checked.
struct Configuration {
  Address listen;
  std::optional<Address> http_listen;   ///< plain HTTP beside HTTPS
  std::optional<http::Tls::Files> tls;  ///< of `listen`
  std::string public_url{};             ///< without a slash at its end; empty: that of `listen`
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
  ProviderConfiguration providers;
};

/// For each setting: the flag, else the environment, else the file, else the default. Throws
/// ConfigurationError.
Configuration configure(const Values& flags, const Environment& environment, const ConfigurationFile& file);

/// What operators may call an application: 1 … 64 of `A-Z a-z 0-9 . _ -`.
bool is_client_name(std::string_view text);

}  // namespace pay::app
