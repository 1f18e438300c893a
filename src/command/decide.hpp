#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "command/commands.hpp"

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

/// What `decide` may know besides the payment and the command.
struct Situation {
  Timestamp now;
  const Lifetimes& lifetimes;
  IdSource& ids;
  const Telling* telling = nullptr;  ///< nothing: nobody is told anything
};

/// The next state and what it leaves behind. Without an event nothing changed.
struct Decision {
  Payment payment;
  std::optional<ErrorCode> refusal{};  ///< part of the reply: see PaymentReply
  std::optional<EventType> event{};
  std::string event_reason{};
  std::optional<Attempt> attempt{};
  std::optional<Refund> refund{};
};

/// Errors: `invalid_request` when the amount does not fit the currency.
Result<Decision> decide(const CreatePayment& command, const Situation& situation);

/// Errors of the next ones: `invalid_request` as above. A command that the status does not allow is a
/// decision with a refusal; one that was done before is a decision without an event.
Result<Decision> decide(const Payment& payment, const ProcessPayment& command, const Situation& situation);
Result<Decision> decide(const Payment& payment, const CapturePayment& command, const Situation& situation);
Result<Decision> decide(const Payment& payment, const CancelPayment& command, const Situation& situation);
Result<Decision> decide(const Payment& payment, const RefundPayment& command, const Situation& situation);
Result<Decision> decide(const Payment& payment, const UndoPayment& command, const Situation& situation);
Result<Decision> decide(const Payment& payment, const ExpirePayment& command, const Situation& situation);

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
