#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/rare.hpp"
#include "model/idempotency_key.hpp"
#include "model/method.hpp"
#include "model/payment.hpp"

namespace pay {

/// What is asked of a provider.
enum class AttemptKind : std::uint8_t {
  authorize,           ///< hold the money, or take it at once
  capture,             ///< take what is held, or a part of it
  void_authorization,  ///< let go of what is held
  refund               ///< give back what was taken, or a part of it
};
/// `authorize`, `capture`, `void`, `refund`.
std::string_view name(AttemptKind kind);
std::optional<AttemptKind> find_attempt_kind(std::string_view name);

enum class AttemptOutcome : std::uint8_t { pending, succeeded, declined, not_executed, unknown };
std::string_view name(AttemptOutcome outcome);
std::optional<AttemptOutcome> find_attempt_outcome(std::string_view name);
/// Nothing more becomes of it: neither `pending` nor `unknown`.
bool is_final(AttemptOutcome outcome);

/// What an attempt is at a provider with outside effects: all that any instance needs to ask what became of
/// it, or to ask for it again under the same key. Written before the provider hears of it.
struct ProviderCall {
  std::int64_t amount_minor = 0;  ///< to authorize, capture or refund; of a void: what was authorized
  bool captures = false;          ///< authorize: takes the money at once
  KeptSource source{};            ///< authorize: paid with
  std::string about{};            ///< capture, void, refund: the provider's name of what it is done to
  std::string reference{};        ///< the provider's name of what the attempt made; empty: not known
  std::string return_url{};       ///< authorize: where the shop wants its payer back; empty: it does not say
  RefundId refund{};              ///< refund: the row that waits for it
  std::string reason{};           ///< capture, void, refund: in the words of whoever asked
  std::optional<IdempotencyKey> waiting{};  ///< the client's key that runs until the outcome is known
  int tries = 0;                            ///< asked for or looked up so often without a final outcome
  std::string last_error{};                 ///< why nobody knows; empty: nothing went wrong
  bool needs_attention = false;             ///< an operator's: nobody asks again by itself
  bool being_asked = false;                 ///< somebody asks the provider now, until `due_at` at the latest
  std::optional<Timestamp> due_at{};        ///< when it is looked up next; nothing: never
  bool operator==(const ProviderCall&) const = default;
};

/// One try to have a provider do something. A provider without outside effects leaves attempts to authorize
/// only, whose outcome is known when they are written.
struct Attempt {
  AttemptId id;
  PaymentId payment_id;
  AttemptKind kind = AttemptKind::authorize;
  std::string provider;
  AttemptOutcome outcome = AttemptOutcome::pending;
  std::string decline_code;  ///< empty unless declined
  Timestamp created_at{};
  std::optional<Timestamp> finished_at;
  Rare<ProviderCall> call{};  ///< nothing: the provider has no outside effects
  bool operator==(const Attempt&) const = default;
};

/// The key under which a provider sees an attempt, each time the same. Made of its id and the microsecond of
/// its birth, which tells it from attempts of another database at the same account. ASCII, below 40
/// characters.
std::string provider_key(const Attempt& attempt);

/// What became of asking, as written to an attempt that is not final. A final one is never changed.
struct AttemptSettlement {
  AttemptId id;
  AttemptOutcome outcome = AttemptOutcome::pending;
  std::string decline_code{};
  std::optional<Timestamp> finished_at{};  ///< of a final outcome
  std::string reference{};                 ///< empty: as it is
  int tries = 0;
  std::string last_error{};
  bool needs_attention = false;
  bool being_asked = false;                           ///< as in `ProviderCall`
  std::optional<std::chrono::milliseconds> due_in{};  ///< by the database's clock; nothing: never
  Timestamp at{};  ///< when it was decided: where a database has no clock, `due_in` counts from then on
  bool operator==(const AttemptSettlement&) const = default;
};

/// The attempt as it is after a settlement of its own; as it was when it is final already. `due_at` is left
/// to whoever has the clock.
Attempt settled(Attempt attempt, const AttemptSettlement& settlement);

}  // namespace pay
