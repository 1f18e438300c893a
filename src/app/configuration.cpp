#include "app/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <tuple>

#include "app/database_url.hpp"
#include "app/url.hpp"

namespace pay::app {
namespace {

Address parse_address(std::string_view name, std::string_view text) {
  constexpr std::string_view wanted = "an address and a port, such as 127.0.0.1:5009";
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) refuse(name, text, wanted);
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  Address address{.host = std::string(host)};
  const auto port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc{} || end != port.data() + port.size()) refuse(name, text, wanted);
  boost::system::error_code no_address;
  std::ignore = boost::asio::ip::make_address(address.host, no_address);
  if (no_address) refuse(name, text, wanted);
  return address;
}

Currency parse_currency(std::string_view text) {
  const auto currency = Currency::find(text);
  if (!currency) refuse("currency", text, "a code of ISO 4217, such as CAD");
  return *currency;
}

void set_language(Configuration& configuration, std::string_view text) {
  const auto language = view::find_language(text);
  if (!language) refuse("language", text, "en or fr");
  configuration.language = *language;
}

void set_log_level(Configuration& configuration, std::string_view text) {
  if (text == "debug") return void(configuration.log_level = log::Level::debug);
  if (text == "info") return void(configuration.log_level = log::Level::info);
  if (text == "warn") return void(configuration.log_level = log::Level::warn);
  if (text == "error") return void(configuration.log_level = log::Level::error);
  if (text == "off") return void(configuration.log_level = log::Level::off);
  refuse("log-level", text, "debug, info, warn, error or off");
}

void set_log_format(Configuration& configuration, std::string_view text) {
  if (text == "text") return void(configuration.log_format = log::Format::text);
  if (text == "json") return void(configuration.log_format = log::Format::json);
  refuse("log-format", text, "text or json");
}

std::optional<http::Tls::Files> parse_tls(const std::string& certificate, const std::string& key) {
  if (certificate.empty() && key.empty()) return std::nullopt;
  if (certificate.empty() || key.empty()) {
    throw ConfigurationError(
        "HTTPS needs both --tls-cert and --tls-key; `payment-service dev-cert` makes a pair to try it with");
  }
  return http::Tls::Files{.certificate = certificate, .key = key};
}

DatabaseOptions database_of(const Values& flags, const Sources& sources, Currency currency) {
  if (const auto flag = flags.find("database"); flag != flags.end()) {
    if (holds_password(flag->second)) {
      throw ConfigurationError(
          "--database with a password in it would show it to every user of this machine; put the URL into "
          "the environment variable DATABASE_URL");
    }
    return parse_database_url(flag->second, currency);
  }
  if (!sources.environment("DATABASE_URL")) {
    const auto look_up = [&](std::string_view name) { return sources.environment(name); };
    if (auto reference = database_of_reference(look_up, currency)) return *std::move(reference);
  }
  return parse_database_url(sources.get("database"), currency);
}

/// Whoever paid at a provider's page is sent there: what is written after it must make sense.
std::string parse_public_url(std::string text) {
  const bool fits = is_web_url(text) && text.size() <= 512 && text.find_first_of("?#@") == std::string::npos;
  if (!text.empty() && !fits) {
    refuse("public-url", text, "where browsers reach this service, such as https://pay.example");
  }
  while (text.ends_with('/')) text.pop_back();
  return text;
}

void set_access(Configuration& configuration, const Sources& sources) {
  configuration.listen = parse_address("listen", sources.get("listen"));
  configuration.tls = parse_tls(sources.get("tls-cert"), sources.get("tls-key"));
  if (const auto text = sources.get("http-listen"); !text.empty()) {
    if (!configuration.tls) {
      throw ConfigurationError(
          "--http-listen is for plain HTTP beside HTTPS; write --listen, or add --tls-cert");
    }
    configuration.http_listen = parse_address("http-listen", text);
  }
  configuration.public_url = parse_public_url(sources.get("public-url"));
  configuration.open = parse_switch("open", sources.get("open"));
  if (const auto name = sources.get("anonymous-client"); !name.empty()) {
    if (!is_client_name(name)) refuse("anonymous-client", name, "1 to 64 letters, digits, dots, - or _");
    configuration.anonymous_client = name;
  }
}

struct StoreManagerUrl {
  std::string_view name;
  std::string_view added;
};
/// The names that the reference's deployments use.
constexpr std::array store_manager_urls{StoreManagerUrl{"store-manager-orders-url", ""},
                                        StoreManagerUrl{"krakend-url", "/store-manager-api/orders"},
                                        StoreManagerUrl{"store-manager-url", "/orders/{order_id}"}};

std::string whole_url(const StoreManagerUrl& form, std::string url) {
  if (!is_web_url(url)) refuse(form.name, url, "a URL that begins with http:// or https://");
  const bool is_whole = form.added.empty() || url.contains("{order_id}");
  if (is_whole) return url;
  while (url.ends_with('/')) url.pop_back();
  return url.append(form.added);
}

/// One place says it under any of the names before the next place is asked.
std::optional<std::string> store_manager_url(const Sources& sources) {
  for (const auto place : places) {
    for (const auto& form : store_manager_urls) {
      auto url = sources.find(form.name, place).value_or("");
      if (url.empty()) continue;
      if (place == Place::flags)
        refuse_login("--" + std::string(form.name), url, find_setting(form.name)->environment);
      return whole_url(form, std::move(url));
    }
  }
  return std::nullopt;
}

void set_notifications(Configuration& configuration, const Sources& sources) {
  const auto milliseconds = [&](std::string_view name, int least, int most) {
    return std::chrono::milliseconds(parse_number<int>(name, sources.get(name), least, most));
  };
  configuration.store_manager_url = store_manager_url(sources);
  configuration.notify_ca = sources.get("notify-ca");
  auto& relay = configuration.relay;
  relay.inline_time = milliseconds("notify-inline-ms", 0, 30'000);
  relay.timeout = milliseconds("notify-timeout-ms", 10, 60'000);
  relay.lease = milliseconds("notify-lease-ms", 100, 3'600'000);
  // What a claim takes before its tries can begin, and the commit of what came of them.
  constexpr std::chrono::milliseconds spare{500};
  if (relay.lease < relay.timeout + spare) {
    throw ConfigurationError(
        "--notify-lease-ms must be 500 above --notify-timeout-ms, or a receiver could be told by two at "
        "once");
  }
  relay.concurrency =
      parse_number<std::size_t>("notify-concurrency", sources.get("notify-concurrency"), 1, 1000);
  const auto text = sources.get("notify-schedule");
  const auto schedule = Schedule::parse(text);
  if (!schedule) refuse("notify-schedule", text, fmt::format("pauses such as \"{}\"", Schedule::standard));
  relay.schedule = *schedule;
}

}  // namespace

bool is_loopback(const Address& address) {
  return boost::asio::ip::make_address(address.host).is_loopback();
}

Address reached_from_here(Address address) {
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  return address;
}

std::string to_text(const Address& address) {
  return fmt::format(fmt::runtime(address.host.contains(':') ? "[{}]:{}" : "{}:{}"), address.host,
                     address.port);
}

bool is_client_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-").contains(c);
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, fits);
}

Configuration configure(const Values& flags, const Environment& environment, const ConfigurationFile& file) {
  const Sources sources(flags, environment, file.values);
  const auto currency = parse_currency(sources.get("currency"));
  Configuration configuration{.database = database_of(flags, sources, currency), .currency = currency};
  const auto number = [&](std::string_view name, auto least, auto most) {
    return parse_number<decltype(least)>(name, sources.get(name), least, most);
  };
  set_access(configuration, sources);
  set_notifications(configuration, sources);
  configuration.providers = configure_providers(sources, file.routes);
  set_language(configuration, sources.get("language"));
  set_log_level(configuration, sources.get("log-level"));
  set_log_format(configuration, sources.get("log-format"));
  configuration.demo = parse_switch("demo", sources.get("demo"));
  configuration.batch_limit = number("batch-limit", std::size_t{1}, std::size_t{4096});
  configuration.max_connections = number("max-connections", std::size_t{1}, std::size_t{1'000'000});
  configuration.idle_time = std::chrono::seconds(number("idle-seconds", 1, 86'400));
  configuration.lifetimes.authorized = std::chrono::days(number("authorization-days", 1, 365));
  if (const int hours = number("pending-hours", 0, 24 * 365)) {
    configuration.lifetimes.pending = std::chrono::hours(hours);
  }
  return configuration;
}

}  // namespace pay::app
