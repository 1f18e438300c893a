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

void set_listen(Configuration& configuration, std::string_view text) {
  constexpr std::string_view wanted = "an address and a port, such as 127.0.0.1:5009";
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) refuse("listen", text, wanted);
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  const auto port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), configuration.port);
  if (error != std::errc{} || end != port.data() + port.size()) refuse("listen", text, wanted);
  boost::system::error_code no_address;
  std::ignore = boost::asio::ip::make_address(host, no_address);
  if (no_address) refuse("listen", text, wanted);
  configuration.host = host;
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

void set_demo(Configuration& configuration, std::string_view text) {
  if (text != "true" && text != "false") refuse("demo", text, "true or false");
  configuration.demo = text == "true";
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
    Setting{"demo", "PAYMENT_DEMO", "false", "Put two unpaid payments into an empty database"},
};

/// The first place that says something: flags, environment, file.
class Sources {
 public:
  Sources(const Values& flags, const std::function<std::optional<std::string>(std::string_view)>& environment,
          const Values& file)
      : flags_(flags), environment_(environment), file_(file) {}

  [[nodiscard]] std::string get(std::string_view name) const {
    const auto& setting = *std::ranges::find(table, name, &Setting::name);
    if (const auto flag = flags_.find(name); flag != flags_.end()) return flag->second;
    if (auto value = environment(setting.environment)) return *value;
    if (const auto line = file_.find(name); line != file_.end()) return line->second;
    return std::string(setting.fallback);
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
            "the "
            "environment variable DATABASE_URL");
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

}  // namespace

std::string without_login(std::string_view text) {
  const auto scheme = text.find("://");
  const auto at = text.rfind('@');
  if (scheme == std::string_view::npos || at == std::string_view::npos || at < scheme)
    return std::string(text);
  return fmt::format("{}***{}", text.substr(0, scheme + 3), text.substr(at));
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
  set_listen(configuration, sources.get("listen"));
  set_language(configuration, sources.get("language"));
  set_log_level(configuration, sources.get("log-level"));
  set_log_format(configuration, sources.get("log-format"));
  set_demo(configuration, sources.get("demo"));
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
