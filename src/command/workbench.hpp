#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "command/decide.hpp"

namespace pay {

/// The only client whose payments exist for whoever asks; nothing: everybody's.
using Scope = std::optional<std::string>;

/// What a key keeps of a reply that is no refusal.
inline constexpr std::string_view outcome_ok = "ok";

/// What the jobs of one batch work on, and what became of it so far.
class Workbench {
 public:
  explicit Workbench(Loaded loaded);

  /// Nothing when there is none, or when it is another client's.
  [[nodiscard]] const Payment* find(PaymentId id, const Scope& scope) const;
  [[nodiscard]] const LoadedNotification* find(NotificationId id, const Scope& scope) const;
  [[nodiscard]] const LoadedKey* find(const IdempotencyKey& key) const;
  /// The payment's attempt whose outcome is not final; nothing when it has none, or none was wanted.
  [[nodiscard]] const Attempt* open_attempt(PaymentId id) const;
  /// At most `max_payments_per_order`, newest first.
  [[nodiscard]] std::vector<Payment> of_order(OrderId order, const Scope& scope) const;

  /// Takes the next state and all that it leaves behind. Draws an id when somebody is to be told.
  void apply(const Decision& decision, const Situation& situation);
  void settle(const Settlement& settlement);
  void keep(KeyRecord record, std::optional<Payment> payment);

  Changes take_changes();

 private:
  struct Slot {
    Payment payment;
    bool created = false;
    bool changed = false;
  };
  void put(const Decision& decision);
  void tell(const Event& event, const Situation& situation);
  void settle(PaymentId payment, const AttemptSettlement& settlement);
  void end_key(const IdempotencyKey& key, const Decision& decision);
  void see(const Settlement& settlement);

  std::unordered_map<PaymentId, Slot> payments_;
  std::unordered_map<PaymentId, Attempt> open_attempts_;
  std::unordered_map<NotificationId, LoadedNotification> notifications_;
  std::map<IdempotencyKey, LoadedKey> keys_;
  std::vector<PaymentId> order_of_change_;
  Changes changes_;
};

}  // namespace pay
