#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/idempotency_key.hpp"
#include "model/notification.hpp"
#include "storage/attempt_store.hpp"
#include "storage/client_store.hpp"
#include "storage/errors.hpp"
#include "storage/outbox_store.hpp"

/// The port between the service and its database, in halves that never meet: what the executor writes through
/// and what queries read through, here; what the relay claims through and who calls, in headers of their own.
namespace pay {

// ---- what is stored besides payments ----

/// 128 bits of a hash over a whole command.
using Fingerprint = std::array<std::uint8_t, 16>;

enum class KeyState : std::uint8_t { running, done };
std::string_view name(KeyState state);

/// What a key protects: a reference to the reply, not the reply. Either a payment as it was after one of its
/// events, or an order.
struct KeyRecord {
  IdempotencyKey key;
  Fingerprint fingerprint{};
  KeyState state = KeyState::done;
  std::string outcome;  ///< `ok`, or the name of an ErrorCode that is a reply (card_declined, …)
  PaymentId payment;    ///< 0: the reply is about an order
  std::int64_t sequence = 0;
  OrderId order;  ///< 0: the reply is about a payment
  Timestamp created_at{};
  bool operator==(const KeyRecord&) const = default;
};

// ---- the writing half ----

/// An order of one client, or of any: two applications may number their orders alike.
struct WantedOrder {
  OrderId id;
  std::optional<std::string> client;  ///< nothing: whoever created its payments
  auto operator<=>(const WantedOrder&) const = default;
};

/// What a batch needs before it can be decided. All ascending and unique.
struct Wanted {
  std::vector<PaymentId> payments;
  std::vector<WantedOrder> orders;  ///< `max_payments_per_order` payments of each: first what is not undone
                                    ///< yet (neither canceled nor refunded), then the rest, newest first
  std::vector<IdempotencyKey> keys;
  std::vector<NotificationId> notifications;
  std::vector<PaymentId> open_attempts_of;  ///< their attempts that are not final, with their calls
  std::size_t new_payments = 0;             ///< at most so many ids of each kind will be drawn
  std::size_t new_refunds = 0;
  std::size_t new_attempts = 0;
  std::size_t new_notifications = 0;
};
inline constexpr std::size_t max_payments_per_order = 1000;
/// So many of an order's newest payments are looked at for them: every batch stays bounded.
inline constexpr std::size_t max_payments_examined = 10'000;

struct LoadedKey {
  KeyRecord record;
  std::optional<Payment> payment;  ///< as it was after `record.sequence`, when the reply is about a payment
};

struct LoadedNotification {
  Notification notification;
  bool overtaken = false;  ///< a later one of its payment is pending or was delivered
};

struct Loaded {
  std::vector<Payment> payments;  ///< those of Wanted::payments that exist and those of its orders, locked
  std::vector<LoadedKey> keys;
  std::vector<LoadedNotification> notifications;  ///< those that exist, locked
  std::vector<Attempt> attempts;  ///< of Wanted::open_attempts_of; who holds their payments' locks holds them
};

/// What became of a refund that was pending.
struct RefundSettlement {
  RefundId id;
  RefundStatus status = RefundStatus::succeeded;
};

/// What a batch leaves behind, in the order it happened. Several events of one payment have ascending
/// versions; `updated` holds its last state only, `created` its last state too when it was born in this
/// batch.
struct Changes {
  std::vector<Payment> created;
  std::vector<Payment> updated;
  std::vector<Event> events;
  std::vector<Attempt> attempts;                       ///< new ones; those with a call leave it too
  std::vector<AttemptSettlement> attempt_settlements;  ///< of open ones, new ones of this batch among them
  std::vector<Refund> refunds;
  std::vector<RefundSettlement> refund_settlements;
  std::vector<KeyRecord> keys;                ///< new ones, running or done
  std::vector<KeyRecord> finished_keys;       ///< running ones, as they are now; gone ones stay gone
  std::vector<IdempotencyKey> released_keys;  ///< running ones that protect nothing any more
  /// New ones, each after its event. `due_at` is meant from `created_at` on: several instances share the
  /// database's clock, not theirs.
  std::vector<Notification> notifications;
  std::vector<Settlement> settlements;  ///< of older ones; those that are delivered already stay so
  [[nodiscard]] bool empty() const {
    return updated.empty() && events.empty() && attempts.empty() && attempt_settlements.empty() &&
           refunds.empty() && keys.empty() && settlements.empty();
  }
};

/// Ids that this instance alone hands out, ascending. Those drawn since the last commit come back when the
/// batch is rolled back.
class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual PaymentId next_payment_id() = 0;
  virtual RefundId next_refund_id() = 0;
  virtual AttemptId next_attempt_id() = 0;
  virtual NotificationId next_notification_id() = 0;
};

/// One writer. All calls come from one thread (the executor's) in the order load, save or roll_back.
/// Every call may throw StoreUnavailable; it has reconnected, or will at the next call.
class WriteStore : public IdSource {
 public:
  /// Begins a transaction and locks what it returns. Also throws StoreConflict.
  virtual Loaded load(const Wanted& wanted) = 0;
  /// Writes and commits. Also throws StoreConflict, CommitLost, StoreRejected. After any throw the
  /// transaction is over and the ids drawn are back, save after CommitLost.
  virtual void save(const Changes& changes) = 0;
  /// Ends a transaction that has nothing to save.
  virtual void roll_back() = 0;
  /// After CommitLost: waits for the old transaction's end and tells whether it was committed.
  virtual bool resolve_lost_commit() = 0;
  /// Outside of a transaction: deletes at most `limit` keys created before `time`, returns how many. One that
  /// still runs stays for another day.
  virtual std::size_t delete_keys_before(Timestamp time, std::size_t limit) = 0;
  /// Outside of a transaction: deletes at most `limit` notifications that were delivered before `time`,
  /// returns how many. Those stay that an older one of their payment, dead perhaps, must not follow.
  virtual std::size_t delete_delivered_before(Timestamp time, std::size_t limit) = 0;
  /// Outside of a transaction: what else this store does once a minute (rows of instances that are gone, …).
  virtual void keep_house() = 0;
  /// Outside of a transaction, the last call of a clean stop: gives unused ids back.
  virtual void close() = 0;
};

// ---- the reading half ----

struct PaymentFilter {
  std::optional<OrderId> order_id;
  std::optional<UserId> user_id;
  std::optional<Status> status;
  std::optional<std::string> client;
  std::optional<Timestamp> created_from;  ///< inclusive
  std::optional<Timestamp> created_to;    ///< exclusive
  bool operator==(const PaymentFilter&) const = default;
};

struct NotificationFilter {
  std::optional<PaymentId> payment_id;
  std::optional<NotificationStatus> status;
  std::optional<std::string> client;
  bool operator==(const NotificationFilter&) const = default;
};

struct AttemptFilter {
  std::optional<AttemptOutcome> outcome;
  std::optional<std::string> provider;
  std::optional<bool> needs_attention;
  std::optional<std::string> client;
  bool operator==(const AttemptFilter&) const = default;
};

template <class T>
struct Slice {
  std::vector<T> rows;
  bool has_more = false;
  /// Where the next slice goes on when has_more: an id, a sequence or a time. May lie beyond the last row.
  std::int64_t next = 0;
};

/// A payment, and when its time is over.
struct Expired {
  Timestamp at{};
  PaymentId payment;
  auto operator<=>(const Expired&) const = default;
};

/// One reader. Each has one thread. Every call sees all that was acknowledged before it began, on any
/// instance, and throws StoreUnavailable, or StoreRejected for a
/// row or a value that makes no sense.
class ReadStore {
 public:
  virtual ~ReadStore() = default;
  /// In no particular order; unknown ids are left out. One round trip for all of them.
  virtual std::vector<Payment> find_payments(std::span<const PaymentId> ids) = 0;
  /// Highest id first, ids below `before`. Looks at no more than a bounded number of rows, so a slice may be
  /// short, even empty, and still have more.
  virtual Slice<Payment> list_payments(const PaymentFilter& filter, std::int64_t before,
                                       std::size_t limit) = 0;
  /// Oldest first, sequences above `after`; nothing when there is no such payment.
  virtual std::optional<Slice<Event>> list_events(PaymentId payment, std::int64_t after,
                                                  std::size_t limit) = 0;
  /// Oldest first, created after `after` (microseconds since 1970: no two of one payment share a time, while
  /// ids of two instances interleave).
  virtual std::optional<Slice<Attempt>> list_attempts(PaymentId payment, std::int64_t after,
                                                      std::size_t limit) = 0;
  /// Of every payment, highest id first, ids below `before`; bounded as `list_payments` is, but for those
  /// that are not final, which are found at once.
  virtual Slice<Attempt> list_all_attempts(const AttemptFilter& filter, std::int64_t before,
                                           std::size_t limit) = 0;
  /// One of them; nothing when there is none.
  virtual std::optional<Attempt> find_attempt(AttemptId id) = 0;
  /// With the payment's currency in the second member, which amounts are in.
  struct Refunds {
    Slice<Refund> slice;
    Currency currency;
  };
  virtual std::optional<Refunds> list_refunds(PaymentId payment, std::int64_t after, std::size_t limit) = 0;
  /// Highest id first, ids below `before`; bounded as `list_payments` is.
  virtual Slice<Notification> list_notifications(const NotificationFilter& filter, std::int64_t before,
                                                 std::size_t limit) = 0;
  /// Payments whose expires_at has passed, the longest first, those above `after` (by time, then payment).
  virtual std::vector<Expired> list_expired(Timestamp now, const Expired& after, std::size_t limit) = 0;
  /// Answers, or throws.
  virtual void ping() = 0;

  // For `verify`: everything, in ascending order, a page at a time, as it was at `begin_snapshot`.
  virtual void begin_snapshot() = 0;
  virtual void end_snapshot() = 0;
  virtual std::vector<Payment> scan_payments(PaymentId after, std::size_t limit) = 0;
  /// Of payments from `first` to `last`, both included, by payment and sequence. `after` of a created event
  /// holds order, user, amount and currency as the event keeps them; of the others only what events change.
  virtual std::vector<Event> scan_events(PaymentId first, PaymentId last) = 0;
  virtual std::vector<Refund> scan_refunds(PaymentId first, PaymentId last) = 0;
  virtual std::vector<Attempt> scan_attempts(PaymentId first, PaymentId last) = 0;
  virtual std::vector<KeyRecord> scan_keys(const IdempotencyKey& after, std::size_t limit) = 0;
  /// Rows of events, attempts, their calls and refunds whose payment does not exist, of calls whose attempt
  /// does not, and of notifications whose event does not.
  virtual std::size_t count_orphans() = 0;
};

/// A database that is there and has the newest schema. Opening it took the lock (SQLite) or made the instance
/// known (MySQL). Thread-safe; outlives what it opens.
class Store {
 public:
  virtual ~Store() = default;
  virtual std::unique_ptr<WriteStore> open_writer() = 0;
  virtual std::unique_ptr<ReadStore> open_reader() = 0;
  virtual std::unique_ptr<OutboxStore> open_outbox() = 0;
  virtual std::unique_ptr<AttemptStore> open_attempts() = 0;
  virtual std::unique_ptr<ClientStore> open_clients() = 0;
  /// For the log, without a password: `sqlite:payments.db`, `mysql://user@host:3306/name`.
  [[nodiscard]] virtual std::string name() const = 0;
};

}  // namespace pay
