#include "client/clients.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "base/log.hpp"
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
  if (is_open) return Caller{.name = options_.anonymous.value_or("")};
  if (key) {
    const auto* client = now->owner(hash_of(*key));
    if (!client) return refuse_wrong_key(address);
    return Caller{.name = client->name, .scope = client->name};
  }
  const bool is_let_in = options_.anonymous && !now->all().empty();
  if (!is_let_in) return fail(ErrorCode::unauthorized);
  return Caller{.name = *options_.anonymous, .scope = options_.anonymous};
}

std::unexpected<Error> Clients::refuse_wrong_key(std::string_view address) {
  const auto count = wrong_keys_->count(address, clock_.now());
  if (count <= WrongKeys::allowed) {
    log::warn("a wrong API key was sent", {{"address", address}});
    return fail(ErrorCode::unauthorized);
  }
  if (count == WrongKeys::allowed + 1) {
    log::warn("too many wrong API keys were sent; for the rest of the minute this address is told so",
              {{"address", address}});
  }
  return fail(ErrorCode::rate_limited);
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
    const std::lock_guard lock(mutex_);
    directory_.swap(fresh);
    is_away_ = false;
  } catch (const std::exception& e) {
    if (!is_away_) log::warn("the clients cannot be read; those known last count", {{"reason", e.what()}});
    is_away_ = true;
  }
}

}  // namespace pay
