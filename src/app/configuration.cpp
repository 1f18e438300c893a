#include "app/configuration.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <tuple>

#include "app/database_url.hpp"

namespace pay::app {
namespace {

[[noreturn]] void refuse(std::string_view name, std::string_view value, std::string_view wanted) {
  throw ConfigurationError(fmt::format("--{} cannot be '{}'; write {}", name, without_login(value), wanted));
}

template <class Number>
Number parse_number(std::string_view name, std::string_view text, Number least, Number most) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    refuse(name, text, fmt::format("a whole number from {} to {}", least, most));
  }
  return number;
}

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

bool parse_switch(std::string_view name, std::string_view text) {
  if (text != "true" && text != "false") refuse(name, text, "true or false");
  return text == "true";
}

std::optional<http::Tls::Files> parse_tls(const std::string& certificate, const std::string& key) {
  if (certificate.empty() && key.empty()) return std::nullopt;
  if (certificate.empty() || key.empty()) {
    throw ConfigurationError(
        "HTTPS needs both --tls-cert and --tls-key; `payment-service dev-cert` makes a pair to try it with");
  }
  return http::Tls::Files{.certificate = certificate, .key = key};
}

constexpr std::array table{
    Setting{"listen", "LISTEN", "127.0.0.1:5009", "Address and port to listen on; port 0 takes a free one"},
    Setting{"database", "DATABASE_URL", "sqlite:payments.db",
            "sqlite:FILE or mysql://user@host:3306/name (also from DB_HOST, DB_PORT, DB_NAME, DB_USER, "
            "DB_PASSWORD)"},
    Setting{"currency", "PAYMENT_CURRENCY", "CAD", "ISO 4217 code of payments that name none"},
    Setting{"language", "PAYMENT_LANGUAGE", "en",
            "Language of error texts for clients that ask for none: en, fr"},
    Setting{"log-level", "PAYMENT_LOG_LEVEL", "info", "debug, info, warn, error, off"},
    Setting{"log-format", "PAYMENT_LOG_FORMAT", "text", "text or json (one object a line)"},
    Setting{"batch-limit", "PAYMENT_BATCH_LIMIT", "256", "At most so many commands in one commit"},
    Setting{"authorization-days", "PAYMENT_AUTHORIZATION_DAYS", "7",
            "Days after which an authorization that was not captured is canceled"},
    Setting{"pending-hours", "PAYMENT_PENDING_HOURS", "0",
            "Hours after which a payment that nobody paid is canceled; 0: never"},
    Setting{"max-connections", "PAYMENT_MAX_CONNECTIONS", "10000", "Connections that may be open at once"},
    Setting{"idle-seconds", "PAYMENT_IDLE_SECONDS", "900",
            "Seconds that a connection may stay open between requests"},
    Setting{"demo", "PAYMENT_DEMO", "false", "Put two unpaid payments into an empty database", true},

    Setting{"tls-cert", "PAYMENT_TLS_CERT", "",
            "Certificate chain (PEM): --listen speaks HTTPS; read again at SIGHUP"},
    Setting{"tls-key", "PAYMENT_TLS_KEY", "", "Key of the certificate (PEM)"},
    Setting{"http-listen", "PAYMENT_HTTP_LISTEN", "",
            "With a certificate: another address that speaks plain HTTP, for a gateway"},
    Setting{"open", "PAYMENT_OPEN", "false",
            "Without clients, listen beyond loopback all the same: whoever reaches the service may use it",
            true},
    Setting{"anonymous-client", "PAYMENT_ANONYMOUS_CLIENT", "",
            "Name of the client that requests without a key come from; none: they are refused once there are "
            "clients"},

    Setting{"store-manager-orders-url", "STORE_MANAGER_ORDERS_URL", "",
            "Where Store Manager is told that an order is paid: PUT http://HOST/orders"},
    Setting{"krakend-url", "KRAKEND_URL", "",
            "The same as a gateway's address, to which /store-manager-api/orders is added"},
    Setting{"store-manager-url", "STORE_MANAGER_URL", "",
            "The same as the store's address, to which /orders/{order_id} is added"},
    Setting{"notify-inline-ms", "PAYMENT_NOTIFY_INLINE_MS", "1000",
            "Milliseconds that a payer waits for the first try to tell the shop; 0: does not wait"},
    Setting{"notify-timeout-ms", "PAYMENT_NOTIFY_TIMEOUT_MS", "5000", "Milliseconds for every later try"},
    Setting{"notify-schedule", "PAYMENT_NOTIFY_SCHEDULE", Schedule::standard,
            "Pauses after failed tries, then it is given up"},
    Setting{"notify-concurrency", "PAYMENT_NOTIFY_CONCURRENCY", "64", "Tries at once, for each client"},
    Setting{"notify-lease-ms", "PAYMENT_NOTIFY_LEASE_MS", "30000",
            "Milliseconds after which another instance takes over from one that died"},
    Setting{"notify-ca", "PAYMENT_NOTIFY_CA", "",
            "Certificates (PEM) that receivers may have besides those that the system trusts"},
};

enum class Place : std::uint8_t { flags, environment, file };
constexpr std::array places{Place::flags, Place::environment, Place::file};

const Setting& setting(std::string_view name) {
  return *std::ranges::find(table, name, &Setting::name);
}

/// The first place that says something: flags, environment, file.
class Sources {
 public:
  Sources(const Values& flags, const std::function<std::optional<std::string>(std::string_view)>& environment,
          const Values& file)
      : flags_(flags), environment_(environment), file_(file) {}

  [[nodiscard]] std::string get(std::string_view name) const {
    for (const auto place : places) {
      if (auto value = find(name, place)) return *std::move(value);
    }
    return std::string(setting(name).fallback);
  }

  [[nodiscard]] std::optional<std::string> find(std::string_view name, Place place) const {
    if (place == Place::environment) return environment(setting(name).environment);
    const auto& values = place == Place::flags ? flags_ : file_;
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }

  [[nodiscard]] std::optional<std::string> environment(std::string_view name) const {
    auto value = environment_(name);
    if (value && value->empty()) value.reset();
    return value;
  }

  [[nodiscard]] DatabaseOptions database(Currency currency) const {
    if (const auto flag = flags_.find("database"); flag != flags_.end()) {
      if (holds_password(flag->second)) {
        throw ConfigurationError(
            "--database with a password in it would show it to every user of this machine; put the URL into "
            "the environment variable DATABASE_URL");
      }
      return parse_database_url(flag->second, currency);
    }
    if (!environment("DATABASE_URL")) {
      const auto look_up = [this](std::string_view name) { return environment(name); };
      if (auto reference = database_of_reference(look_up, currency)) return *std::move(reference);
    }
    return parse_database_url(get("database"), currency);
  }

 private:
  const Values& flags_;
  const std::function<std::optional<std::string>(std::string_view)>& environment_;
  const Values& file_;
};

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
        refuse_login("--" + std::string(form.name), url, setting(form.name).environment);
      return whole_url(form, std::move(url));
    }
  }
  return std::nullopt;
}

void set_notifications(Configuration& configuration, const Sources& sources) {
  const auto milliseconds = [&](std::string_view name, int least, int most) {
    return std::chrono::milliseconds(parse_number(name, sources.get(name), least, most));
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
  relay.concurrency = parse_number("notify-concurrency", sources.get("notify-concurrency"), std::size_t{1},
                                   std::size_t{1000});
  const auto text = sources.get("notify-schedule");
  const auto schedule = Schedule::parse(text);
  if (!schedule) refuse("notify-schedule", text, fmt::format("pauses such as \"{}\"", Schedule::standard));
  relay.schedule = *schedule;
}

}  // namespace

bool is_loopback(const Address& address) {
  return boost::asio::ip::make_address(address.host).is_loopback();
}

std::string to_text(const Address& address) {
  return fmt::format(fmt::runtime(address.host.contains(':') ? "[{}]:{}" : "{}:{}"), address.host,
                     address.port);
}

bool is_web_url(std::string_view text) {
  const auto scheme = text.starts_with("https://") ? 8U : text.starts_with("http://") ? 7U : 0U;
  const bool has_host =
      scheme > 0 && text.size() > scheme && !std::string_view("/:?#").contains(text[scheme]);
  return has_host && text.size() <= 2048 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_client_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-").contains(c);
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, fits);
}

std::string without_login(std::string_view text) {
  const auto scheme = text.find("://");
  const auto at = text.rfind('@');
  if (scheme == std::string_view::npos || at == std::string_view::npos || at < scheme)
    return std::string(text);
  return fmt::format("{}***{}", text.substr(0, scheme + 3), text.substr(at));
}

void refuse_login(std::string_view flag, std::string_view url, std::string_view environment) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return;
  const auto authority = url.substr(scheme + 3, url.find_first_of("/?#", scheme + 3) - scheme - 3);
  if (!authority.contains('@')) return;
  throw ConfigurationError(
      fmt::format("{} with a login in it would show it to every user of this machine; put the URL into the "
                  "environment variable {}",
                  flag, environment));
}

std::span<const Setting> settings() {
  return table;
}

Configuration configure(const Values& flags,
                        const std::function<std::optional<std::string>(std::string_view)>& environment,
                        const Values& file) {
  const Sources sources(flags, environment, file);
  const auto currency = parse_currency(sources.get("currency"));
  Configuration configuration{.database = sources.database(currency), .currency = currency};
  const auto number = [&](std::string_view name, auto least, auto most) {
    return parse_number(name, sources.get(name), least, most);
  };
  set_access(configuration, sources);
  set_notifications(configuration, sources);
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

Values read_file(const std::string& path) {
  std::error_code ignored;
  const bool is_file = std::filesystem::is_regular_file(path, ignored);
  std::ifstream in(path);
  if (!is_file || !in)
    throw ConfigurationError(fmt::format("--config: the file {} cannot be read; check the path", path));
  Values values;
  try {
    for (const auto& item : CLI::ConfigTOML{}.from_config(in)) {
      const auto name = item.fullname();
      const bool known = std::ranges::any_of(table, [&](const Setting& s) { return s.name == name; });
      if (!known || item.inputs.size() != 1) {
        throw ConfigurationError(
            fmt::format("{}: '{}' is no setting; `payment-service serve --help` lists them", path, name));
      }
      values[name] = item.inputs.front();
    }
  } catch (const CLI::Error& e) {
    throw ConfigurationError(fmt::format("{}: {}", path, e.what()));
  }
  return values;
}

}  // namespace pay::app
