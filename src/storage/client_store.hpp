#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/method.hpp"
#include "model/notification.hpp"

namespace pay {

/// SHA-256 of an API key: all that is stored of it.
using KeyHash = std::array<std::uint8_t, 32>;

struct ClientKey {
  std::string id;  ///< what operators call it by: the first 8 hexadecimal digits of the hash
  KeyHash hash{};
  Timestamp created_at{};
  bool operator==(const ClientKey&) const = default;
};

/// An application that uses the service, and how it is told of its payments.
struct Client {
  std::string name;        ///< 1 … 64 of `A-Z a-z 0-9 . _ -`
  std::string notify_url;  ///< empty: it is told nothing
  NotifyStyle notify_style = NotifyStyle::store_manager;
  std::optional<Methods> methods{};  ///< what its payments may be paid with; nothing: as the service has it
  Timestamp created_at{};
  std::vector<ClientKey> keys;  ///< the oldest first
  bool operator==(const Client&) const = default;
};

/// What one step of an adoption did.
struct Adopted {
  std::int64_t count = 0;
  std::optional<PaymentId> next;  ///< after which the next step begins; nothing: there are no more payments
};

/// Who calls. Used by operators' commands beside running services, which read it again and again. One thread;
/// throws StoreUnavailable, StoreConflict (try again), StoreRejected.
class ClientStore {
 public:
  virtual ~ClientStore() = default;
  /// All of them with their keys, by name.
  virtual std::vector<Client> list_clients() = 0;
  /// With its keys. False when the name is taken; then nothing changed.
  virtual bool add_client(const Client& client) = 0;
  /// Its URL, its style and its methods; all else stays. False when there is no such client.
  virtual bool update_client(const Client& client) = 0;
  /// With its keys; its payments stay. False when there is no such client.
  virtual bool remove_client(std::string_view name) = 0;
  /// False when there is no such client.
  virtual bool add_key(std::string_view client, const ClientKey& key) = 0;
  /// False when this client has no such key.
  virtual bool remove_key(std::string_view client, std::string_view key_id) = 0;

  /// How many payments one step of `adopt_payments` looks at.
  static constexpr int adoption_step = 1000;
  /// Of the next payments after this id, gives those that are nobody's to the client, in a short transaction.
  /// What is on its way to be told of them stays addressed as it is.
  virtual Adopted adopt_payments(std::string_view client, PaymentId after) = 0;
};

}  // namespace pay
