#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/payment.hpp"
#include "provider/provider.hpp"
#include "storage/store.hpp"

/// The table of contents of what can be done to payments. A command is a plain value; `decide` says what it
/// does, the executor makes it last.
namespace pay {

struct CreatePayment {
  OrderId order_id;
  UserId user_id;
  Decimal amount;
  Currency currency;
  CaptureMethod capture_method = CaptureMethod::automatic;
  std::string description;
  Metadata metadata;
  std::string client;
};

/// What the shopper's card led to: the provider has been asked already.
struct ProcessPayment {
  PaymentId id;
  std::string provider;
  Answer answer;
  /// Of the card, for the fingerprint alone: brand, first six, last four and expiry.
  std::string card_outline;
};

struct CapturePayment {
  PaymentId id;
  std::optional<Decimal> amount;  ///< absent: all that is authorized
};

struct CancelPayment {
  PaymentId id;
  std::string reason;
};

struct RefundPayment {
  PaymentId id;
  std::optional<Decimal> amount;  ///< absent: all that is left
  std::string reason;
};

/// Whatever undoes it: cancel before capture, full refund after, nothing when already undone.
struct UndoPayment {
  PaymentId id;
};

/// The same for every payment of an order, at most `max_payments_per_order` a call.
struct UndoOrder {
  OrderId order_id;
  enum class Wording : std::uint8_t { cancel, refund } wording{};  ///< the route asked by: it does the same
};

/// Cancels a payment whose time is over; does nothing to any other. Housekeeping sends it.
struct ExpirePayment {
  PaymentId id;
};

/// Somebody wants this told now: one that is dead or waits is tried at once, one that was delivered stays so.
struct RetryNotification {
  NotificationId id;
};

/// What became of tries to tell. The relay sends it, so that it shares the commits of payments.
struct SettleNotifications {
  std::vector<Settlement> settlements;
};

using Command = std::variant<CreatePayment, ProcessPayment, CapturePayment, CancelPayment, RefundPayment,
                             UndoPayment, UndoOrder, ExpirePayment, RetryNotification, SettleNotifications>;

/// What became of a command on one payment. It can be saved with a key and told again: `payment` is the state
/// it refers to, and everything a client sees is made from these members.
struct PaymentReply {
  std::optional<ErrorCode> refusal;  ///< card_declined, invalid_state, amount_exceeds_…: nothing when done
  Payment payment;
  bool replayed = false;  ///< told again by an idempotency key
};

/// The payments of an order as they are now, newest first.
struct OrderReply {
  OrderId order_id;
  std::vector<Payment> payments;
  bool replayed = false;
};

/// As it is after the command.
struct NotificationReply {
  Notification notification;
};

struct Settled {};

using Reply = std::variant<PaymentReply, OrderReply, NotificationReply, Settled>;

/// A key that protects a command from being done twice.
struct Protection {
  IdempotencyKey key;
  Fingerprint fingerprint{};
};

}  // namespace pay
