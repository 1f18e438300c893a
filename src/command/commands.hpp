#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/rare.hpp"
#include "model/method.hpp"
#include "model/payment.hpp"
#include "provider/at_once.hpp"
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

/// The shopper's wish to pay with this.
struct ProcessPayment {
  PaymentId id;
  KeptSource source;
  /// Of the source, for the fingerprint alone: of a card, brand, first six, last four and expiry.
  std::string outline;
  std::string return_url{};            ///< where the shop wants its shopper back; empty: it does not say
  std::shared_ptr<const Card> card{};  ///< one that was typed: for the call, and no longer
  std::string at_once_provider{};      ///< has been asked already; empty: none was
  Rare<Result<Answer>> at_once{};      ///< what it said
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

/// What a provider said of an attempt. An attempt whose outcome is final already stays as it is.
struct SettleAttempt {
  PaymentId id;
  AttemptId attempt;
  Outcome outcome;
  bool was_looked_up = false;  ///< asked after, or for, again: not the first time
  /// Whoever asked waits, and has asked these: when it was not executed, the next one is tried.
  std::optional<std::vector<std::string>> tried{};
  /// As in the `ProcessPayment` that began it: what is left when all others were not asked.
  std::string at_once_provider{};
  Rare<Result<Answer>> at_once{};
  /// The payment's version when it was asked: what has come of it meanwhile is told by that. 0: nobody waits.
  std::int64_t asked_at_version = 0;
  /// It was looked up before, or beside, its time: `Ask::was_due`, which is kept to.
  std::optional<Timestamp> was_due{};
};

/// Somebody goes to ask what became of the payment's open attempt: nobody else does for a while. The reply is
/// an `Ask`, unless nothing is open or somebody else asks already.
struct LookUpAttempt {
  PaymentId id;
  /// Only if this is the attempt's `provider_key`; nothing: whatever it is.
  std::optional<std::string> key{};
};

/// The provider hints that something became of it: it is looked up as soon as may be.
struct HintAttempt {
  PaymentId id;
  std::string provider;  ///< who says so; another one's payments are none of its business
};

/// An operator has found out what became of an attempt.
struct ResolveAttempt {
  PaymentId id;
  AttemptId attempt;
  AttemptOutcome as{};  ///< succeeded, declined or not_executed
  std::string because;  ///< why, in the operator's words: kept with the event
  /// The provider's name of what was made, which later steps are about; empty: as far as it is known.
  std::string reference{};
};

using Command = std::variant<CreatePayment, ProcessPayment, CapturePayment, CancelPayment, RefundPayment,
                             UndoPayment, UndoOrder, ExpirePayment, SettleAttempt, LookUpAttempt, HintAttempt,
                             ResolveAttempt, RetryNotification, SettleNotifications>;

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
  /// Those for which a provider has to be asked, when the job may ask: they are as they were.
  std::vector<PaymentId> left{};
};

/// The command needs a provider: what that is asked is committed, and the command is done when its answer has
/// been settled with `SettleAttempt`.
struct Ask {
  Rare<Instruction> instruction;  ///< is there; on the heap, so that every reply need not have room for one
  PaymentReply meanwhile;         ///< for whoever cannot wait for the answer
  bool look_up = false;           ///< asks what became of it; else it is carried out for the first time
  /// A look: when the next one was due before this one was granted.
  std::optional<Timestamp> was_due{};
};

/// The payment has an open attempt: that is asked about first (`LookUpAttempt`), then the command is given
/// again. Nothing was changed.
struct AskFirst {
  PaymentId payment;
};

/// As it is after the command.
struct NotificationReply {
  Notification notification;
};

struct Settled {};

using Reply = std::variant<PaymentReply, OrderReply, Ask, AskFirst, NotificationReply, Settled>;

/// A key that protects a command from being done twice.
struct Protection {
  IdempotencyKey key;
  Fingerprint fingerprint{};
};

}  // namespace pay
