#include "app/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/schedule.hpp"
#include "provider/registry.hpp"

namespace pay::app {
namespace {

std::vector<Setting> of_the_service() {
  return {
      {"listen", "LISTEN", "127.0.0.1:5009", "Address and port to listen on; port 0 takes a free one"},
      {"database", "DATABASE_URL", "sqlite:payments.db",
       "sqlite:FILE or mysql://user@host:3306/name (also from DB_HOST, DB_PORT, DB_NAME, DB_USER, "
       "DB_PASSWORD)"},
      {"currency", "PAYMENT_CURRENCY", "CAD", "ISO 4217 code of payments that name none"},
      {"language", "PAYMENT_LANGUAGE", "en", "Language of error texts for clients that ask for none: en, fr"},
      {"log-level", "PAYMENT_LOG_LEVEL", "info", "debug, info, warn, error, off"},
      {"log-format", "PAYMENT_LOG_FORMAT", "text", "text or json (one object a line)"},
      {"batch-limit", "PAYMENT_BATCH_LIMIT", "256", "At most so many commands in one commit"},
      {"authorization-days", "PAYMENT_AUTHORIZATION_DAYS", "7",
       "Days after which an authorization that was not captured is canceled"},
      {"pending-hours", "PAYMENT_PENDING_HOURS", "0",
       "Hours after which a payment that nobody paid is canceled; 0: never"},
      {"max-connections", "PAYMENT_MAX_CONNECTIONS", "10000", "Connections that may be open at once"},
      {"idle-seconds", "PAYMENT_IDLE_SECONDS", "900",
       "Seconds that a connection may stay open between requests"},
      {"demo", "PAYMENT_DEMO", "false", "Put two unpaid payments into an empty database", true},
  };
}

std::vector<Setting> of_the_door() {
  return {
      {"tls-cert", "PAYMENT_TLS_CERT", "",
       "Certificate chain (PEM): --listen speaks HTTPS; read again at SIGHUP"},
      {"tls-key", "PAYMENT_TLS_KEY", "", "Key of the certificate (PEM)"},
      {"http-listen", "PAYMENT_HTTP_LISTEN", "",
       "With a certificate: another address that speaks plain HTTP, for a gateway"},
      {"public-url", "PAYMENT_PUBLIC_URL", "",
       "Where whoever paid at a provider's page comes back to: https://pay.example (else --listen)"},
      {"open", "PAYMENT_OPEN", "false",
       "Without clients, listen beyond loopback all the same: whoever reaches the service may use it", true},
      {"anonymous-client", "PAYMENT_ANONYMOUS_CLIENT", "",
       "Name of the client that requests without a key come from; none: they are refused once there are "
       "clients"},
  };
}

std::vector<Setting> of_telling_the_shop() {
  return {
      {"store-manager-orders-url", "STORE_MANAGER_ORDERS_URL", "",
       "Where Store Manager is told that an order is paid: PUT http://HOST/orders"},
      {"krakend-url", "KRAKEND_URL", "",
       "The same as a gateway's address, to which /store-manager-api/orders is added"},
      {"store-manager-url", "STORE_MANAGER_URL", "",
       "The same as the store's address, to which /orders/{order_id} is added"},
      {"notify-inline-ms", "PAYMENT_NOTIFY_INLINE_MS", "1000",
       "Milliseconds that a payer waits for the first try to tell the shop; 0: does not wait"},
      {"notify-timeout-ms", "PAYMENT_NOTIFY_TIMEOUT_MS", "5000", "Milliseconds for every later try"},
      {"notify-schedule", "PAYMENT_NOTIFY_SCHEDULE", std::string(Schedule::standard),
       "Pauses after failed tries, then it is given up"},
      {"notify-concurrency", "PAYMENT_NOTIFY_CONCURRENCY", "64", "Tries at once, for each client"},
      {"notify-lease-ms", "PAYMENT_NOTIFY_LEASE_MS", "30000",
       "Milliseconds after which another instance takes over from one that died"},
      {"notify-ca", "PAYMENT_NOTIFY_CA", "",
       "Certificates (PEM) that receivers may have besides those that the system trusts"},
  };
}

std::vector<Setting> of_taking_money() {
  return {
      {"provider", "PAYMENT_PROVIDER", "simulator",
       "Who takes payments, several with commas between in order of preference: simulator, stripe, paypal"},
      {"methods", "PAYMENT_METHODS", "card,wallet",
       "What can be paid with where a client says nothing: card, wallet, apple_pay, google_pay, paypal"},
  };
}

/// What every provider has, and what this one has of its own.
std::vector<Setting> of_provider(const ProviderEntry& provider) {
  std::string capitals(provider.name);
  for (auto& c : capitals) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const auto common = [&](std::string_view name, std::string_view variable, std::string_view fallback,
                          std::string_view help) {
    return Setting{.name = fmt::format("{}-{}", provider.name, name),
                   .environment = fmt::format("PAYMENT_{}_{}", capitals, variable),
                   .fallback = std::string(fallback),
                   .help = fmt::format(fmt::runtime(help), provider.name)};
  };
  std::vector all{
      common("timeout-ms", "TIMEOUT_MS", "10000", "Milliseconds that {} has for an answer"),
      common("concurrency", "CONCURRENCY", "256", "Calls to {} at once; others wait"),
      common("slow-ms", "SLOW_MS", "",
             "Milliseconds after which an answer of {} counts as a failure (else half of the timeout)"),
  };
  for (const auto& one : provider.settings) {
    using Kind = ProviderSetting::Kind;
    all.push_back({.name = std::string(one.name),
                   .environment = std::string(one.environment),
                   .fallback = std::string(one.fallback),
                   .help = std::string(one.help),
                   .is_switch = one.kind == Kind::is_switch,
                   .is_secret = one.kind == Kind::secret || one.kind == Kind::required_secret});
  }
  return all;
}

std::vector<Setting> all_settings() {
  std::vector<Setting> all;
  const auto add = [&](std::vector<Setting> some) {
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  };
  add(of_the_service());
  add(of_the_door());
  add(of_telling_the_shop());
  add(of_taking_money());
  for (const auto& provider : provider_registry()) add(of_provider(provider));
  return all;
}

}  // namespace

std::span<const Setting> settings() {
  static const auto all = all_settings();
  return all;
}

const Setting* find_setting(std::string_view name) {
  const auto all = settings();
  const auto found = std::ranges::find(all, name, &Setting::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace pay::app
