// Where settings come from, in which order, and what is said of each value that cannot be used: one line that
// tells what to write instead.
#include "app/configuration.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "app/url.hpp"

namespace pay::app {
namespace {

using testing::HasSubstr;
using testing::Not;

Configuration configure_from(const Values& flags, const Values& environment = {}, const Values& file = {}) {
  const auto look_up = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  };
  return configure(flags, look_up, {.values = file});
}

/// What is said; empty when the values were taken.
std::string complaint(const Values& flags, const Values& environment = {}, const Values& file = {}) {
  try {
    configure_from(flags, environment, file);
  } catch (const ConfigurationError& e) {
    return e.what();
  }
  return {};
}

TEST(Configuration, of_nothing_is_the_documented_default) {
  const auto c = configure_from({});
  EXPECT_EQ(to_text(c.listen), "127.0.0.1:5009");
  EXPECT_EQ(std::get<sqlite::Options>(c.database).path, "payments.db");
  EXPECT_EQ(c.currency.code(), "CAD");
  EXPECT_EQ(c.language, view::Language::english);
  EXPECT_EQ(c.log_level, log::Level::info);
  EXPECT_EQ(c.log_format, log::Format::text);
  EXPECT_EQ(c.batch_limit, 256U);
  EXPECT_EQ(c.lifetimes.authorized, std::chrono::days(7));
  EXPECT_EQ(c.lifetimes.pending, std::nullopt);
  EXPECT_EQ(c.max_connections, 10'000U);
  EXPECT_EQ(c.idle_time, std::chrono::minutes(15));
  EXPECT_FALSE(c.demo);
  EXPECT_EQ(c.http_listen, std::nullopt);
  EXPECT_FALSE(c.tls);
  EXPECT_FALSE(c.open);
  EXPECT_EQ(c.anonymous_client, std::nullopt);
  EXPECT_EQ(c.store_manager_url, std::nullopt);
  EXPECT_EQ(c.relay.inline_time, std::chrono::seconds(1));
  EXPECT_EQ(c.relay.timeout, std::chrono::seconds(5));
  EXPECT_EQ(c.relay.lease, std::chrono::seconds(30));
  EXPECT_EQ(c.relay.concurrency, 64U);
  EXPECT_EQ(c.notify_ca, "");
  EXPECT_EQ(c.public_url, "");
  EXPECT_EQ(c.providers.chosen(), std::vector<std::string>{"simulator"});
  EXPECT_TRUE(c.providers.simulates_at_once());
  EXPECT_EQ(c.providers.methods, Methods::all());
  EXPECT_TRUE(c.providers.rules.rules.empty());
}

/// A value that every setting takes and that is not its default.
const Values& other_values() {
  static const Values values{{"listen", "0.0.0.0:80"},
                             {"database", "sqlite:other.db"},
                             {"currency", "usd"},
                             {"language", "fr"},
                             {"log-level", "debug"},
                             {"log-format", "json"},
                             {"batch-limit", "1"},
                             {"authorization-days", "30"},
                             {"pending-hours", "24"},
                             {"max-connections", "5"},
                             {"idle-seconds", "60"},
                             {"demo", "true"},
                             {"tls-cert", "c.pem"},
                             {"tls-key", "k.pem"},
                             {"http-listen", "127.0.0.1:81"},
                             {"open", "true"},
                             {"anonymous-client", "shop"},
                             {"store-manager-orders-url", "http://store/orders"},
                             {"krakend-url", "http://gateway"},
                             {"store-manager-url", "http://store"},
                             {"notify-inline-ms", "200"},
                             {"notify-timeout-ms", "300"},
                             {"notify-schedule", "1s 1m"},
                             {"notify-concurrency", "8"},
                             {"notify-lease-ms", "800"},
                             {"notify-ca", "ca.pem"},
                             {"public-url", "https://pay.example/"},
                             {"provider", "stripe, simulator"},
                             {"methods", "card,paypal"},
                             {"simulator-timeout-ms", "200"},
                             {"simulator-concurrency", "3"},
                             {"simulator-slow-ms", "150"},
                             {"simulator-two-step", "true"},
                             {"simulator-latency-ms", "7"},
                             {"simulator-approval-ms", "8"},
                             {"simulator-seed", "9"},
                             {"simulator-failures", "refuse=0.5"},
                             {"stripe-timeout-ms", "300"},
                             {"stripe-concurrency", "4"},
                             {"stripe-slow-ms", "250"},
                             {"stripe-secret-key", "sk_test_x"},
                             {"stripe-api-base", "http://127.0.0.1:12111"},
                             {"stripe-webhook-secret", "whsec_x"},
                             {"stripe-allow-raw-cards", "true"},
                             {"paypal-timeout-ms", "400"},
                             {"paypal-concurrency", "5"},
                             {"paypal-slow-ms", "350"},
                             {"paypal-client-id", "id"},
                             {"paypal-client-secret", "secret"},
                             {"paypal-api-base", "http://127.0.0.1:12112"},
                             {"paypal-webhook-id", "WH-1"},
                             {"paypal-allow-raw-cards", "true"}};
  return values;
}

void expect_the_other_providers(const ProviderConfiguration& c) {
  EXPECT_EQ(c.rules.otherwise, (std::vector<std::string>{"stripe", "simulator"}));
  EXPECT_EQ(c.methods.text(), "card,paypal");
  EXPECT_FALSE(c.simulates_at_once());
  ASSERT_EQ(c.setups.size(), 3U);
  for (const auto& setup : c.setups) {
    for (const auto& setting : setup.entry->settings) {
      EXPECT_EQ(setup.setting(setting.name), other_values().find(setting.name)->second) << setting.name;
    }
    const auto expected = [&](std::string_view what) {
      return std::stoi(other_values().find(fmt::format("{}-{}", setup.entry->name, what))->second);
    };
    EXPECT_EQ(setup.guard.deadline, std::chrono::milliseconds(expected("timeout-ms")));
    EXPECT_EQ(setup.guard.slow, std::chrono::milliseconds(expected("slow-ms")));
    EXPECT_EQ(setup.guard.concurrency, static_cast<std::size_t>(expected("concurrency")));
  }
}

void expect_the_others(const Configuration& c) {
  EXPECT_EQ(to_text(c.listen), "0.0.0.0:80");
  EXPECT_EQ(std::get<sqlite::Options>(c.database).path, "other.db");
  EXPECT_EQ(c.currency.code(), "USD");
  EXPECT_EQ(c.language, view::Language::french);
  EXPECT_EQ(c.log_level, log::Level::debug);
  EXPECT_EQ(c.log_format, log::Format::json);
  EXPECT_EQ(c.batch_limit, 1U);
  EXPECT_EQ(c.lifetimes.authorized, std::chrono::days(30));
  EXPECT_EQ(c.lifetimes.pending, std::chrono::hours(24));
  EXPECT_EQ(c.max_connections, 5U);
  EXPECT_EQ(c.idle_time, std::chrono::minutes(1));
  EXPECT_TRUE(c.demo);
  EXPECT_EQ(to_text(c.http_listen.value()), "127.0.0.1:81");
  EXPECT_EQ(c.tls.value().certificate, "c.pem");
  EXPECT_EQ(c.tls.value().key, "k.pem");
  EXPECT_TRUE(c.open);
  EXPECT_EQ(c.anonymous_client, "shop");
  EXPECT_EQ(c.store_manager_url, "http://store/orders");
  EXPECT_EQ(c.relay.inline_time, std::chrono::milliseconds(200));
  EXPECT_EQ(c.relay.timeout, std::chrono::milliseconds(300));
  EXPECT_EQ(c.relay.lease, std::chrono::milliseconds(800));
  EXPECT_EQ(c.relay.concurrency, 8U);
  EXPECT_EQ(c.relay.schedule.pause_after(3, 0.5), std::nullopt);
  EXPECT_EQ(c.notify_ca, "ca.pem");
  EXPECT_EQ(c.public_url, "https://pay.example");
  expect_the_other_providers(c.providers);
}

TEST(Configuration, takes_every_setting_from_flags_from_the_environment_and_from_the_file) {
  Values environment;
  for (const auto& setting : settings()) {
    ASSERT_TRUE(other_values().contains(setting.name)) << setting.name << " is not in this test";
    environment[std::string(setting.environment)] = other_values().find(setting.name)->second;
  }
  expect_the_others(configure_from(other_values()));
  expect_the_others(configure_from({}, environment));
  expect_the_others(configure_from({}, {}, other_values()));
}

TEST(Configuration, believes_flags_first_then_the_environment_then_the_file) {
  const Values flags{{"batch-limit", "1"}};
  const Values environment{{"PAYMENT_BATCH_LIMIT", "2"}};
  const Values file{{"batch-limit", "3"}};
  EXPECT_EQ(configure_from(flags, environment, file).batch_limit, 1U);
  EXPECT_EQ(configure_from({}, environment, file).batch_limit, 2U);
  EXPECT_EQ(configure_from({}, {}, file).batch_limit, 3U);
  EXPECT_EQ(configure_from({}, {{"PAYMENT_BATCH_LIMIT", ""}}, file).batch_limit, 3U) << "empty is absent";
}

struct BadValue {
  std::string_view setting;
  std::string_view value;
  std::string_view advice;
};

constexpr auto bad_values = std::to_array<BadValue>({
    {"listen", "5009", "such as 127.0.0.1:5009"},
    {"listen", ":5009", "such as 127.0.0.1:5009"},
    {"listen", "127.0.0.1:", "such as 127.0.0.1:5009"},
    {"listen", "127.0.0.1:http", "such as 127.0.0.1:5009"},
    {"listen", "127.0.0.1:65536", "such as 127.0.0.1:5009"},
    {"listen", "127.0.0.1:-1", "such as 127.0.0.1:5009"},
    {"database", "", "sqlite:FILE or mysql://"},
    {"database", "postgres://x/y", "sqlite:FILE or mysql://"},
    {"database", "payments.db", "sqlite:FILE or mysql://"},
    {"currency", "XXX", "ISO 4217"},
    {"currency", "", "ISO 4217"},
    {"language", "de", "en or fr"},
    {"log-level", "verbose", "debug, info, warn, error or off"},
    {"log-format", "xml", "text or json"},
    {"batch-limit", "0", "from 1 to 4096"},
    {"batch-limit", "4097", "from 1 to 4096"},
    {"batch-limit", "-1", "from 1 to 4096"},
    {"batch-limit", "1.5", "from 1 to 4096"},
    {"batch-limit", "ten", "from 1 to 4096"},
    {"batch-limit", "99999999999999999999999", "from 1 to 4096"},
    {"authorization-days", "0", "from 1 to 365"},
    {"authorization-days", "366", "from 1 to 365"},
    {"pending-hours", "-1", "from 0 to 8760"},
    {"pending-hours", "8761", "from 0 to 8760"},
    {"max-connections", "0", "from 1 to 1000000"},
    {"idle-seconds", "0", "from 1 to 86400"},
    {"idle-seconds", "1s", "from 1 to 86400"},
    {"demo", "yes", "true or false"},
    {"open", "", "true or false"},
    {"anonymous-client", "the shop", "letters, digits"},
    {"store-manager-orders-url", "store:5000/orders", "begins with http:// or https://"},
    {"store-manager-orders-url", "http://", "begins with http:// or https://"},
    {"krakend-url", "ftp://gateway", "begins with http:// or https://"},
    {"store-manager-url", "http:///orders", "begins with http:// or https://"},
    {"notify-inline-ms", "-1", "from 0 to 30000"},
    {"notify-timeout-ms", "9", "from 10 to 60000"},
    {"notify-lease-ms", "99", "from 100 to 3600000"},
    {"notify-lease-ms", "5499", "500 above --notify-timeout-ms"},
    {"notify-concurrency", "0", "from 1 to 1000"},
    {"notify-schedule", "soon", "pauses such as"},
    {"http-listen", "127.0.0.1:5010", "--tls-cert"},
    {"tls-cert", "c.pem", "--tls-key"},
    {"tls-key", "k.pem", "--tls-cert"},
    {"public-url", "pay.example", "such as https://pay.example"},
    {"public-url", "https://pay.example/?a=b", "such as https://pay.example"},
    {"provider", "", "names no provider"},
    {"provider", "adyen", "one or more of simulator, stripe, paypal"},
    {"provider", "simulator,", "there is no such provider"},
    {"provider", "stripe,paypal,stripe", "each once"},
    {"methods", "", "card, wallet"},
    {"methods", "card,cash", "card, wallet"},
    {"stripe-timeout-ms", "9", "from 10 to 120000"},
    {"stripe-concurrency", "0", "from 1 to 10000"},
    {"stripe-slow-ms", "10001", "from 1 to 10000"},
    {"stripe-api-base", "api.stripe.com", "begins with http:// or https://"},
    {"stripe-api-base", "", "begins with http:// or https://"},
    {"stripe-api-base", "https://", "begins with http:// or https://"},
    {"stripe-api-base", "ftp://x", "begins with http:// or https://"},
    {"stripe-api-base", "https://api.stripe.com/?x", "begins with http:// or https://"},
    {"paypal-api-base", "https://id:secret@paypal", "begins with http:// or https://"},
    {"simulator-two-step", "yes", "true or false"},
});

TEST(Configuration, says_of_every_bad_value_in_one_line_what_to_write_instead) {
  for (const auto& [setting, value, advice] : bad_values) {
    const auto said = complaint({}, {}, {{std::string(setting), std::string(value)}});
    EXPECT_THAT(said, HasSubstr(advice)) << setting << " " << value;
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
    if (setting != "database") EXPECT_THAT(said, HasSubstr("--" + std::string(setting)));
  }
}

TEST(Configuration, listens_where_it_is_told) {
  const auto endpoint = [](std::string listen) {
    const auto c = configure_from({{"listen", std::move(listen)}}).listen;
    return std::pair(c.host, int{c.port});
  };
  EXPECT_EQ(endpoint("localhost:1"), std::pair(std::string("127.0.0.1"), 1));
  EXPECT_EQ(endpoint("[::1]:65535"), std::pair(std::string("::1"), 65535));
  EXPECT_EQ(endpoint("0.0.0.0:0"), std::pair(std::string("0.0.0.0"), 0));
}

TEST(Configuration, knows_loopback_from_the_world) {
  for (const auto* host : {"127.0.0.1", "127.1.2.3", "::1"}) EXPECT_TRUE(is_loopback({.host = host})) << host;
  for (const auto* host : {"0.0.0.0", "::", "10.0.0.1"}) EXPECT_FALSE(is_loopback({.host = host})) << host;
  EXPECT_EQ(to_text({.host = "::1", .port = 80}), "[::1]:80");
}

TEST(Configuration, tells_store_manager_at_the_first_of_the_names_in_use) {
  const auto told = [](const Values& environment) {
    return configure_from({}, environment).store_manager_url;
  };
  const Values orders{{"STORE_MANAGER_ORDERS_URL", "http://gateway/store-api/orders"}};
  const Values gateway{{"KRAKEND_URL", "http://gateway:8080/"}};
  const Values store{{"STORE_MANAGER_URL", "http://store:5000"}};
  EXPECT_EQ(told(orders), "http://gateway/store-api/orders");
  EXPECT_EQ(told(gateway), "http://gateway:8080/store-manager-api/orders");
  EXPECT_EQ(told(store), "http://store:5000/orders/{order_id}");
  EXPECT_EQ(told({{"STORE_MANAGER_URL", "http://store/o/{order_id}/paid"}}),
            "http://store/o/{order_id}/paid");

  auto all = store;
  all.insert(gateway.begin(), gateway.end());
  EXPECT_EQ(told(all), told(gateway));
  all.insert(orders.begin(), orders.end());
  EXPECT_EQ(told(all), told(orders));
}

TEST(Configuration, believes_a_flag_whichever_of_store_managers_names_the_environment_has) {
  const Values flag{{"store-manager-url", "http://flag"}};
  const Values environment{{"KRAKEND_URL", "http://environment"}};
  const Values file{{"store-manager-orders-url", "http://file"}};
  EXPECT_EQ(configure_from(flag, environment, file).store_manager_url, "http://flag/orders/{order_id}");
  EXPECT_EQ(configure_from({}, environment, file).store_manager_url,
            "http://environment/store-manager-api/orders");
  EXPECT_EQ(configure_from({}, {}, file).store_manager_url, "http://file");
}

TEST(Configuration, takes_a_login_for_store_manager_from_everywhere_but_a_flag) {
  for (const auto* name : {"store-manager-orders-url", "krakend-url", "store-manager-url"}) {
    const auto& setting = *std::ranges::find(settings(), name, &Setting::name);
    const Values flag{{name, "http://shop:secret@store"}};
    const auto said = complaint(flag);
    EXPECT_THAT(said, HasSubstr(setting.environment)) << name;
    EXPECT_THAT(said, Not(HasSubstr("secret"))) << name;
    EXPECT_EQ(complaint({}, {{std::string(setting.environment), flag.at(name)}}), "") << name;
    EXPECT_EQ(complaint({}, {}, flag), "") << name;
    EXPECT_EQ(complaint({{name, "http://store:80/a@b?c=d@e"}}), "") << name;
  }
}

TEST(Configuration, refuses_a_password_in_a_flag_and_names_where_it_belongs_without_repeating_it) {
  const std::string url = "mysql://pay:hunter2@db/payments";
  const auto said = complaint({{"database", url}});
  EXPECT_THAT(said, HasSubstr("DATABASE_URL"));
  EXPECT_EQ(said.find("hunter2"), std::string::npos);
  EXPECT_EQ(said.find('\n'), std::string::npos);
  EXPECT_EQ(complaint({{"database", "mysql://pay@db/payments"}}), "");
  EXPECT_EQ(complaint({}, {{"DATABASE_URL", url}}), "");
}

TEST(Configuration, never_repeats_a_password_of_a_url_that_is_wrong) {
  for (const std::string url :
       {"mysql://pay:hunter2@db:0/x", "mysql://pay:hunter2@/x", "mysql://pay:hunter2@db",
        "mysql://pay:hunter2@db/x?tls=maybe", "postgres://pay:hunter2@db/x"}) {
    const auto said = complaint({}, {{"DATABASE_URL", url}});
    EXPECT_NE(said, "") << url;
    EXPECT_EQ(said.find("hunter2"), std::string::npos) << said;
  }
}

class DatabaseOfEnvironment : public testing::Test {
 protected:
  static mysql::Options mysql_from(const Values& environment, const Values& file = {}) {
    return std::get<mysql::Options>(configure_from({}, environment, file).database);
  }
};

TEST_F(DatabaseOfEnvironment, takes_the_references_names) {
  const auto options = mysql_from({{"DB_HOST", "mysql"},
                                   {"DB_PORT", "3307"},
                                   {"DB_NAME", "pay"},
                                   {"DB_USER", "labo"},
                                   {"DB_PASSWORD", "p@ss:w/rd%41"}});
  EXPECT_EQ(options.hosts.at(0).name, "mysql");
  EXPECT_EQ(options.hosts.at(0).port, 3307);
  EXPECT_EQ(options.database, "pay");
  EXPECT_EQ(options.user, "labo");
  EXPECT_EQ(options.password, "p@ss:w/rd%41") << "as it is: this is no URL";
}

TEST_F(DatabaseOfEnvironment, knows_the_references_defaults) {
  const auto options = mysql_from({{"DB_HOST", "mysql"}});
  EXPECT_EQ(options.hosts.at(0).port, 3306);
  EXPECT_EQ(options.database, "labo05_payments_db");
  EXPECT_EQ(options.default_currency.code(), "CAD");
}

TEST_F(DatabaseOfEnvironment, takes_the_older_name_of_the_password) {
  EXPECT_EQ(mysql_from({{"DB_HOST", "h"}, {"DB_PASS", "old"}}).password, "old");
  EXPECT_EQ(mysql_from({{"DB_HOST", "h"}, {"DB_PASS", "old"}, {"DB_PASSWORD", "new"}}).password, "new");
}

TEST_F(DatabaseOfEnvironment, is_only_asked_for_with_a_host_and_without_a_url) {
  const Values without_host{{"DB_USER", "labo"}, {"DB_PASSWORD", "x"}};
  EXPECT_TRUE(std::holds_alternative<sqlite::Options>(configure_from({}, without_host).database));
  const Values with_url{{"DB_HOST", "h"}, {"DATABASE_URL", "sqlite:x.db"}};
  EXPECT_TRUE(std::holds_alternative<sqlite::Options>(configure_from({}, with_url).database));
  EXPECT_TRUE(std::holds_alternative<sqlite::Options>(
      configure_from({{"database", "sqlite:x.db"}}, {{"DB_HOST", "h"}}).database));
  EXPECT_EQ(mysql_from({{"DB_HOST", "h"}}, {{"database", "sqlite:x.db"}}).hosts.at(0).name, "h")
      << "the environment goes before the file";
}

TEST_F(DatabaseOfEnvironment, refuses_a_port_that_is_none) {
  EXPECT_THAT(complaint({}, {{"DB_HOST", "h"}, {"DB_PORT", "mysql"}}), HasSubstr("port 'mysql'"));
}

}  // namespace
}  // namespace pay::app
