#include <fmt/format.h>

#include "app/cli/subcommands.hpp"
#include "app/open_store.hpp"
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

NotifyStyle style_of(const CommandLine& line) {
  const auto text = line.option("notify-style", name(NotifyStyle::store_manager));
  const auto style = find_notify_style(text);
  if (!style) {
    throw ConfigurationError(
        fmt::format("--notify-style cannot be '{}'; write store-manager or event", text));
  }
  return *style;
}

/// Works with the clients of the database while it is open.
template <class Act>
auto with_clients(const Configuration& configuration, Act act) {
  const auto store = open_beside(configuration.database);
  return act(*store->open_clients());
}

}  // namespace

int clients_add(const Configuration& configuration, const CommandLine& line) {
  const auto& name = line.words.front();
  if (!is_client_name(name)) {
    throw ConfigurationError(
        fmt::format("'{}' cannot be a client's name; write 1 to 64 letters, digits, dots, - or _", name));
  }
  const auto url = line.option("notify-url");
  if (!url.empty() && !is_web_url(url)) {
    throw ConfigurationError("--notify-url is no URL; write one that begins with http:// or https://");
  }
  const auto style = style_of(line);
  const auto now = SystemClock().now();
  const auto key = make_key(now);
  const bool added = with_clients(configuration, [&](ClientStore& clients) {
    return clients.add_client(
        {.name = name, .notify_url = url, .notify_style = style, .created_at = now, .keys = {key.stored}});
  });
  if (!added) {
    throw ConfigurationError(fmt::format(
        "there is a client '{}' already; `payment-service clients add-key {}` gives it another key", name,
        name));
  }
  fmt::print("client {} may use the service from now on\n", name);
  show(key);
  return 0;
}

int clients_list(const Configuration& configuration) {
  const auto all = with_clients(configuration, [](ClientStore& clients) { return clients.list_clients(); });
  if (all.empty()) fmt::print("no clients: the service is open to whoever reaches it\n");
  for (const auto& client : all) {
    fmt::print("{}  since {}", client.name, to_rfc3339(client.created_at));
    if (!client.notify_url.empty()) {
      fmt::print("  told at {} ({})", without_login(client.notify_url), name(client.notify_style));
    }
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
  const bool removed =
      with_clients(configuration, [&](ClientStore& clients) { return clients.remove_client(name); });
  if (!removed) no_such_client(name);
  fmt::print("client {} may use the service no longer; its payments stay\n", name);
  return 0;
}

}  // namespace pay::app
