#include "app/database_url.hpp"

#include <fmt/format.h>

#include <charconv>

#include "http/message.hpp"

namespace pay::app {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view mysql_scheme = "mysql://";
/// As the reference's own files name them.
constexpr std::string_view reference_database = "labo05_payments_db";

[[noreturn]] void refuse(std::string_view why) {
  throw ConfigurationError(fmt::format(
      "the database URL {}; write sqlite:FILE or mysql://user@host:3306/name (with a password: in "
      "the environment variable DATABASE_URL)",
      why));
}

std::uint16_t parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    refuse(fmt::format("has the port '{}', which is none", text));
  }
  return port;
}

std::string decode(std::string_view text) {
  auto decoded = http::percent_decode(text);
  if (!decoded) refuse("has a % that is not followed by two hexadecimal digits");
  return *std::move(decoded);
}

/// Cuts `text` at the first `mark`; nothing is left of it when there is none.
std::string_view take_until(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  const auto taken = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return taken;
}

mysql::Host parse_host(std::string_view text) {
  // An IPv6 address stands in brackets: [::1]:3306.
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) refuse("has a [ without its ]");
    const auto rest = text.substr(end + 1);
    mysql::Host host{.name = std::string(text.substr(1, end - 1))};
    if (rest.starts_with(':')) {
      host.port = parse_port(rest.substr(1));
    } else if (!rest.empty()) {
      refuse("has something else than :PORT after its ]");
    }
    return host;
  }
  const auto name = take_until(text, ':');
  if (name.empty()) refuse("names no host");
  mysql::Host host{.name = decode(name)};
  if (!text.empty()) host.port = parse_port(text);
  return host;
}

mysql::Tls parse_tls(std::string_view text) {
  if (text == "off") return mysql::Tls::off;
  if (text == "on") return mysql::Tls::on;
  if (text == "verify") return mysql::Tls::verify;
  refuse("has a tls other than off, on and verify");
}

mysql::Options parse_mysql(std::string_view rest, Currency default_currency) {
  mysql::Options options{.default_currency = default_currency};
  const auto query_at = rest.find('?');
  auto query = query_at == std::string_view::npos ? std::string_view{} : rest.substr(query_at + 1);
  auto address = rest.substr(0, query_at);

  const auto at = address.rfind('@');
  if (at != std::string_view::npos) {
    auto login = address.substr(0, at);
    address.remove_prefix(at + 1);
    options.user = decode(take_until(login, ':'));
    options.password = decode(login);
  }
  if (options.user.empty()) refuse("names no user");

  auto hosts = take_until(address, '/');
  options.database = decode(address);
  if (options.database.empty()) refuse("names no database");
  if (hosts.empty()) refuse("names no host");
  while (!hosts.empty()) options.hosts.push_back(parse_host(take_until(hosts, ',')));

  for (const auto& [name, value] : http::parse_query(query)) {
    if (name == "tls") {
      options.tls = parse_tls(value);
    } else if (name == "ca") {
      options.ca_file = value;
    } else {
      refuse(fmt::format("has the parameter '{}'; there are tls and ca", name));
    }
  }
  return options;
}

}  // namespace

DatabaseOptions parse_database_url(std::string_view url, Currency default_currency) {
  if (url.starts_with(mysql_scheme)) return parse_mysql(url.substr(mysql_scheme.size()), default_currency);
  if (url.starts_with(sqlite_scheme)) {
    auto path = url.substr(sqlite_scheme.size());
    if (path.starts_with("//")) path.remove_prefix(2);
    if (path.empty()) refuse("names no file");
    return sqlite::Options{.path = std::string(path)};
  }
  if (url.empty()) refuse("is empty");
  refuse("starts with neither sqlite: nor mysql://");
}

std::optional<DatabaseOptions> database_of_reference(
    const std::function<std::optional<std::string>(std::string_view)>& environment,
    Currency default_currency) {
  const auto host = environment("DB_HOST");
  if (!host) return std::nullopt;
  mysql::Options options{.default_currency = default_currency};
  const auto port = environment("DB_PORT");
  options.hosts.push_back({.name = *host, .port = port ? parse_port(*port) : std::uint16_t{3306}});
  options.database = environment("DB_NAME").value_or(std::string(reference_database));
  options.user = environment("DB_USER").value_or("root");
  options.password = environment("DB_PASSWORD").value_or(environment("DB_PASS").value_or(""));
  return options;
}

bool holds_password(std::string_view url) {
  if (!url.starts_with(mysql_scheme)) return false;
  url.remove_prefix(mysql_scheme.size());
  auto at = url.substr(0, url.find('?')).rfind('@');
  if (at == std::string_view::npos) at = url.rfind('@');  // a password may hold a raw `?`
  return at != std::string_view::npos && url.substr(0, at).contains(':');
}

}  // namespace pay::app
