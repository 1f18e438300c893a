#include "client/clients.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "base/log.hpp"
#include "client/line_budget.hpp"
#include "client/wrong_keys.hpp"

namespace pay {
namespace {

/// A part of a hash is one.
struct HashOfHash {
  std::size_t operator()(const KeyHash& hash) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, hash.data(), sizeof value);
    return value;
  }
};

}  // namespace

/// All clients at one moment.
class Clients::Directory {
 public:
  explicit Directory(std::vector<Client> clients) : clients_(std::move(clients)) {
    std::ranges::sort(clients_, {}, &Client::name);
    for (const auto& client : clients_) {
      for (const auto& key : client.keys) owners_.emplace(key.hash, &client);
    }
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  [[nodiscard]] const Client* owner(const KeyHash& hash) const {
    const auto found = owners_.find(hash);
    return found == owners_.end() ? nullptr : found->second;
  }
  [[nodiscard]] const Client* find(std::string_view name) const {
    const auto at = std::ranges::lower_bound(clients_, name, {}, &Client::name);
    return at == clients_.end() || at->name != name ? nullptr : &*at;
  }
  [[nodiscard]] const std::vector<Client>& all() const { return clients_; }

 private:
  std::vector<Client> clients_;
  std::unordered_map<KeyHash, const Client*, HashOfHash> owners_;
};

Clients::Clients(std::unique_ptr<ClientStore> store, const Clock& clock, Options options)
    : store_(std::move(store)),
      clock_(clock),
      options_(std::move(options)),
      wrong_keys_(std::make_unique<WrongKeys>()),
      missing_keys_(std::make_unique<WrongKeys>()),
      lines_(std::make_unique<LineBudget>()),
      directory_(std::make_shared<const Directory>(store_->list_clients())),
      thread_([this] { work(); }) {}

Clients::~Clients() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  thread_.join();
}

Result<Caller> Clients::authenticate(std::optional<std::string_view> key, std::string_view address) {
  const auto now = directory();
  const bool is_open = now->all().empty() && options_.may_be_open;
  if (is_open) return Caller{.name = options_.anonymous.value_or(""), .methods = options_.methods};
  if (key) {
    const auto* client = now->owner(hash_of(*key));
    if (!client) return refuse_wrong_key(address);
    return caller_of(client->name, client);
  }
  const bool is_let_in = options_.anonymous && !now->all().empty();
  if (!is_let_in) return refuse_without_key(address);
  return caller_of(*options_.anonymous, now->find(*options_.anonymous));
}

Caller Clients::caller_of(std::string_view name, const Client* client) const {
  return {.name = std::string(name),
          .scope = std::string(name),
          .methods = client ? client->methods.value_or(options_.methods) : options_.methods};
}

std::unexpected<Error> Clients::refuse_wrong_key(std::string_view address) {
  const auto count = wrong_keys_->count(address, clock_.now());
  if (count <= WrongKeys::allowed) {
    warn_of("a wrong API key was sent", address);
    return fail(ErrorCode::unauthorized);
  }
  if (count == WrongKeys::allowed + 1) {
    warn_of("too many wrong API keys were sent; for the rest of the minute this address is told so", address);
  }
  return fail(ErrorCode::rate_limited);
}

std::unexpected<Error> Clients::refuse_without_key(std::string_view address) {
  if (missing_keys_->count(address, clock_.now()) == 1) warn_of("a request came without an API key", address);
  return fail(ErrorCode::unauthorized);
}

void Clients::warn_of(std::string_view what, std::string_view address) {
  switch (lines_->ask(clock_.now())) {
    case LineBudget::Answer::write:
      return log::warn(what, {{"address", address}});
    case LineBudget::Answer::say_that_it_is_the_last:
      return log::warn("many wrong or missing API keys; for the rest of the minute they are not logged");
    case LineBudget::Answer::be_silent:
      return;
  }
}

void Clients::say_who_may_use_it(bool has_clients) const {
  if (has_clients) {
    log::warn(options_.anonymous
                  ? "there are clients now: requests without an API key are the anonymous client's"
                  : "there are clients now: requests need an API key");
  } else if (options_.may_be_open) {
    log::warn("the last client is gone: whoever reaches this service may use it, without a key");
  } else {
    log::warn("the last client is gone: nobody may use this service until there is one");
  }
}

std::optional<Client> Clients::find(std::string_view name) const {
  const auto now = directory();
  const auto* client = now->find(name);
  return client ? std::optional(*client) : std::nullopt;
}

std::vector<Client> Clients::all() const {
  return directory()->all();
}

bool Clients::empty() const {
  return directory()->all().empty();
}

std::shared_ptr<const Clients::Directory> Clients::directory() const {
  const std::lock_guard lock(mutex_);
  return directory_;
}

void Clients::work() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, options_.read_interval, [this] { return stopping_; })) {
    lock.unlock();
    read_again();
    lock.lock();
  }
}

void Clients::read_again() {
  try {
    auto fresh = std::make_shared<const Directory>(store_->list_clients());
    const bool has_clients = !fresh->all().empty();
    const bool had_clients = !empty();
    {
      const std::lock_guard lock(mutex_);
      directory_.swap(fresh);
    }
    is_away_ = false;
    if (has_clients != had_clients) say_who_may_use_it(has_clients);
  } catch (const std::exception& e) {
    if (!is_away_) log::warn("the clients cannot be read; those known last count", {{"reason", e.what()}});
    is_away_ = true;
  }
}

}  // namespace pay
