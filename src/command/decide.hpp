#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "command/commands.hpp"
#include "command/routing.hpp"

/// What a command does to a payment: pure functions, one per verb. No I/O, no clock, no JSON.
namespace pay {

/// How long a payment may wait before housekeeping cancels it.
struct Lifetimes {
  std::chrono::hours authorized{7 * 24};        ///< the networks' usual validity of an authorization
  std::optional<std::chrono::hours> pending{};  ///< nothing: for ever
};

/// Who is told of what happens to payments.
struct Telling {
  /// Whether anybody is told of a client's payments. Any thread. Empty: nobody is told anything.
  std::function<bool(std::string_view client)> is_told;
  /// How long the instance that wrote the notification of a payment that became paid has for its own first
  /// try; until then no relay takes it. The others are due at once: an older one may have to go first.
  std::chrono::milliseconds first_try{};
};

/// How providers with outside effects are asked.
struct Asking {
  const Routing* routing = nullptr;  ///< nothing: only the provider that has been asked at once
  /// Until then whoever carries an attempt out has it: above the longest call.
  std::chrono::milliseconds lease{15'000};
  /// Until then whoever looks it up has it: above three, since to give up a payer's way is to look, void,
  /// look.
  std::chrono::milliseconds look_lease{45'000};
  /// Where shoppers and providers reach this service: `https://pay.example`.
  std::string public_url{};
};

/// When an attempt whose outcome is not known is looked up again: 2 s, 10 s, 30 s, 2 min, 10 min, then every
/// hour until 24 h are over. Nothing: it is an operator's.
std::optional<std::chrono::milliseconds> pause_before_look(int tries);

/// What `decide` may know besides the payment and the command.
struct Situation {
  Timestamp now;
  const Lifetimes& lifetimes;
  IdSource& ids;
  const Telling* telling = nullptr;  ///< nothing: nobody is told anything
  const Asking* asking = nullptr;    ///< nothing: as an `Asking` of its defaults
  bool may_ask = false;              ///< whoever gave the command can ask a provider
};

/// The next state and what it leaves behind. Without an event, nothing changed that a client sees.
struct Decision {
  Payment payment;
  /// Part of the reply: see PaymentReply. `unavailable`, as nothing else, is told as an error.
  std::optional<ErrorCode> refusal{};
  std::optional<EventType> event{};
  std::string event_reason{};
  std::optional<Attempt> attempt{};                       ///< a new one
  std::optional<Refund> refund{};                         ///< a new one
  std::optional<AttemptSettlement> attempt_settlement{};  ///< of the open one
  std::optional<RefundSettlement> refund_settlement{};
  bool custody_changed = false;  ///< the payment's custody, beside its events
  /// The new attempt, or the open one, is to be asked for, or about, when this is committed.
  enum class Asks : std::uint8_t { nothing, carry_out, look_up } asks = Asks::nothing;
  /// The key that waited for the open attempt: it has its reply now, this one, or protects nothing any more.
  std::optional<IdempotencyKey> key{};
  enum class KeyEnd : std::uint8_t { finished, released } key_end = KeyEnd::finished;
};

/// Errors: `invalid_request` when the amount does not fit the currency.
Result<Decision> decide(const CreatePayment& command, const Situation& situation);

/// Errors of the next ones: `invalid_request` as above, or when no provider takes what a payment shall be
/// paid with; those of `AtOnceProvider::authorize`; `unavailable` when a provider has to be asked and
/// `may_ask` is false. A command that the status does not allow is a decision with a refusal; one that was
/// done before is a decision without an event.
Result<Decision> decide(const Payment& payment, const ProcessPayment& command, const Situation& situation);
Result<Decision> decide(const Payment& payment, const CapturePayment& command, const Situation& situation);
Result<Decision> decide(const Payment& payment, const CancelPayment& command, const Situation& situation);
Result<Decision> decide(const Payment& payment, const RefundPayment& command, const Situation& situation);
Result<Decision> decide(const Payment& payment, const UndoPayment& command, const Situation& situation);
Result<Decision> decide(const Payment& payment, const ExpirePayment& command, const Situation& situation);

/// What becomes of a payment when something is known of its open attempt. `open` is nothing when it has none;
/// when it is another attempt than the command's, nothing changes either, and the reply is made of the
/// payment as it is. A refusal `unavailable`: nobody was asked in the end, and it may be tried again.
Result<Decision> decide(const Payment& payment, const Attempt* open, const SettleAttempt& command,
                        const Situation& situation);
/// Asks for a look, when there is an open attempt that nobody else asks about; else nothing changes.
Result<Decision> decide(const Payment& payment, const Attempt* open, const LookUpAttempt& command,
                        const Situation& situation);
Result<Decision> decide(const Payment& payment, const Attempt* open, const HintAttempt& command,
                        const Situation& situation);
/// Errors: `invalid_state` when it is not open or somebody asks about it now, `invalid_request` when the
/// outcome is not final, or what was authorized has no name at the provider.
Result<Decision> decide(const Payment& payment, const Attempt* open, const ResolveAttempt& command,
                        const Situation& situation);

/// The notification as it will be. Without a settlement nothing changed.
struct NotificationDecision {
  Notification notification;
  std::optional<Settlement> settlement{};
};

/// Error: `invalid_state` when a later one of its payment was delivered: told now, it would tell what is no
/// longer so.
Result<NotificationDecision> decide(const LoadedNotification& loaded, const RetryNotification& command,
                                    const Situation& situation);

}  // namespace pay
