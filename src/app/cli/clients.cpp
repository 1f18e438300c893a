#include <fmt/format.h>

#include <cstdlib>
#include <thread>

#include "app/cli/subcommands.hpp"
#include "app/open_store.hpp"
#include "app/url.hpp"
#include "client/api_key.hpp"

namespace pay::app {
namespace {

/// Two make a rotation; more are forgotten ones.
constexpr std::size_t key_limit = 10;

[[noreturn]] void no_such_client(std::string_view name) {
  throw ConfigurationError(
      fmt::format("there is no client '{}'; `payment-service clients list` shows those there are", name));
}

Client find_client(ClientStore& store, std::string_view name) {
  for (auto& client : store.list_clients()) {
    if (client.name == name) return std::move(client);
  }
  no_such_client(name);
}

void show(const NewKey& key) {
  fmt::print(
      "key {}: {}\nIt is shown this once and stored only as a hash: keep it where secrets are kept.\n"
      "Send it as `X-Api-Key: KEY` or `Authorization: Bearer KEY`.\n",
      key.stored.id, key.text);
}

/// As it follows on "told".
std::string where_told(const Client& client) {
  if (client.notify_url.empty()) return "nothing";
  return fmt::format("at {} ({})", without_login(client.notify_url), name(client.notify_style));
}

NotifyStyle style_of(const CommandLine& line, NotifyStyle otherwise) {
  const auto text = line.option("notify-style", name(otherwise));
  const auto style = find_notify_style(text);
  if (!style) {
    throw ConfigurationError(
        fmt::format("--notify-style cannot be '{}'; write store-manager or event", text));
  }
  return *style;
}

/// Nothing: as the service has it.
std::optional<Methods> methods_of(const CommandLine& line) {
  const auto text = line.option("methods", "default");
  if (text == "default") return std::nullopt;
  auto methods = Methods::parse(text);
  if (!methods) {
    throw ConfigurationError(fmt::format(
        "--methods cannot be '{}'; write card, wallet, apple_pay, google_pay, paypal, with commas "
        "between, or default",
        text));
  }
  return methods;
}

/// As it follows on "paid with".
std::string paid_with(const Client& client) {
  return client.methods ? client.methods->text() : "whatever the service takes";
}

/// As typed, else from the environment; empty: neither.
std::string url_of(const CommandLine& line) {
  constexpr auto variable = "PAYMENT_NOTIFY_URL";
  auto url = line.option("notify-url");
  refuse_login("--notify-url", url, variable);
  const char* in_environment = std::getenv(variable);
  const bool is_typed = !url.empty();
  if (!is_typed && in_environment) url = in_environment;
  if (!url.empty() && !is_web_url(url)) {
    throw ConfigurationError(fmt::format("{} is no URL; write one that begins with http:// or https://",
                                         is_typed ? "--notify-url" : variable));
  }
  return url;
}

/// Works with the clients of the database, which is there, while it is open.
template <class Act>
auto with_clients(const Configuration& configuration, Act act) {
  const auto store = open_existing_beside(configuration.database);
  return act(*store->open_clients());
}

/// One step; what others write at the same time may abort it a few times.
Adopted adopt_some(ClientStore& clients, std::string_view name, PaymentId after) {
  constexpr int tries = 20;
  for (int left = tries - 1;; --left) {
    try {
      return clients.adopt_payments(name, after);
    } catch (const StoreConflict&) {
      if (left == 0) throw;
    }
  }
}

void adopt_all(ClientStore& clients, std::string_view name) {
  std::int64_t count = 0;
  for (std::optional<PaymentId> after = PaymentId{}; after;) {
    const auto done = adopt_some(clients, name, *after);
    count += done.count;
    after = done.next;
  }
  fmt::print("{} payment{} of nobody {} {}'s now\n", count, count == 1 ? "" : "s", count == 1 ? "is" : "are",
             name);
}

}  // namespace

int clients_add(const Configuration& configuration, const CommandLine& line) {
  const auto& name = line.words.front();
  if (!is_client_name(name)) {
    throw ConfigurationError(
        fmt::format("'{}' cannot be a client's name; write 1 to 64 letters, digits, dots, - or _", name));
  }
  const auto url = url_of(line);
  const auto style = style_of(line, NotifyStyle::store_manager);
  const auto methods = methods_of(line);
  const auto now = SystemClock().now();
  const auto key = make_key(now);
  const auto store = open_beside(configuration.database);
  const auto clients = store->open_clients();
  const bool added = clients->add_client({.name = name,
                                          .notify_url = url,
                                          .notify_style = style,
                                          .methods = methods,
                                          .created_at = now,
                                          .keys = {key.stored}});
  if (!added) {
    throw ConfigurationError(
        fmt::format("there is a client '{0}' already; `payment-service clients add-key {0}` gives it another "
                    "key, `clients "
                    "set {0}` changes how it is told",
                    name));
  }
  fmt::print("client {} may use the service of {} from now on\n", name, store->name());
  show(key);
  if (line.option("adopt").empty()) return 0;
  std::fflush(stdout);
  // Until services know the client, within a second, payments without a key are still nobody's.
  std::this_thread::sleep_for(std::chrono::seconds(1));
  adopt_all(*clients, name);
  return 0;
}

int clients_set(const Configuration& configuration, const CommandLine& line) {
  const auto& name = line.words.front();
  const bool is_told_nothing = line.option("no-notify") == "true";
  if (is_told_nothing && !line.option("notify-url").empty()) {
    throw ConfigurationError("write --notify-url or --no-notify, not both");
  }
  const auto url = is_told_nothing ? "" : url_of(line);
  const bool adopts = line.option("adopt") == "true";
  const bool changes_telling = is_told_nothing || !url.empty() || !line.option("notify-style").empty();
  const bool changes_methods = line.options.contains("methods");
  const auto methods = methods_of(line);
  if (!changes_telling && !changes_methods && !adopts) {
    throw ConfigurationError(
        "say what to change: write --notify-url, --no-notify, --notify-style, --methods or --adopt");
  }
  with_clients(configuration, [&](ClientStore& clients) {
    auto client = find_client(clients, name);
    client.notify_style = style_of(line, client.notify_style);
    if (is_told_nothing || !url.empty()) client.notify_url = url;
    if (changes_methods) client.methods = methods;
    if ((changes_telling || changes_methods) && !clients.update_client(client)) no_such_client(name);
    if (changes_telling) fmt::print("client {} is told {}\n", name, where_told(client));
    if (changes_methods) fmt::print("payments of {} may be paid with {}\n", name, paid_with(client));
    if (adopts) adopt_all(clients, name);
  });
  return 0;
}

int clients_list(const Configuration& configuration) {
  const auto all = with_clients(configuration, [](ClientStore& clients) { return clients.list_clients(); });
  if (all.empty()) {
    fmt::print(
        "no clients: without one, a service is open to whoever reaches it on loopback, or everywhere with "
        "--open\n");
  }
  for (const auto& client : all) {
    fmt::print("{}  since {}", client.name, to_rfc3339(client.created_at));
    if (!client.notify_url.empty()) fmt::print("  told {}", where_told(client));
    if (client.methods) fmt::print("  paid with {}", paid_with(client));
    fmt::print("\n");
    for (const auto& key : client.keys)
      fmt::print("  key {}  since {}\n", key.id, to_rfc3339(key.created_at));
  }
  return 0;
}

int clients_add_key(const Configuration& configuration, const CommandLine& line) {
  const auto& name = line.words.front();
  const auto key = make_key(SystemClock().now());
  with_clients(configuration, [&](ClientStore& clients) {
    if (find_client(clients, name).keys.size() >= key_limit) {
      throw ConfigurationError(fmt::format(
          "'{}' has {} keys already; take one away with `payment-service clients remove-key {} KEY_ID`", name,
          key_limit, name));
    }
    if (!clients.add_key(name, key.stored)) no_such_client(name);
  });
  show(key);
  return 0;
}

int clients_remove_key(const Configuration& configuration, const CommandLine& line) {
  const auto& name = line.words.front();
  const auto removed = with_clients(configuration, [&](ClientStore& clients) {
    const auto client = find_client(clients, name);
    if (line.words.size() < 2 && client.keys.size() < 2) {
      throw ConfigurationError(fmt::format(
          "'{}' has no second key; name the one to take away, or `payment-service clients add-key {}` first",
          name, name));
    }
    auto id = line.words.size() < 2 ? client.keys.front().id : line.words[1];
    if (!clients.remove_key(name, id)) {
      throw ConfigurationError(fmt::format(
          "'{}' has no such key; `payment-service clients list` shows the ids of those it has", name));
    }
    return id;
  });
  fmt::print("key {} of {} counts no longer\n", removed, name);
  return 0;
}

int clients_remove(const Configuration& configuration, const CommandLine& line) {
  const auto& name = line.words.front();
  bool is_last = false;
  const bool removed = with_clients(configuration, [&](ClientStore& clients) {
    const bool was_there = clients.remove_client(name);
    is_last = clients.list_clients().empty();
    return was_there;
  });
  if (!removed) no_such_client(name);
  fmt::print("client {} may use the service no longer; its payments stay\n", name);
  if (is_last) {
    fmt::print(
        "It was the last one: a service on loopback, or with --open, is open to whoever reaches it from now "
        "on; "
        "any other lets nobody in\n");
  }
  return 0;
}

}  // namespace pay::app
