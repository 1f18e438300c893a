#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/event.hpp"

namespace pay {

using NotificationId = Id<struct NotificationTag>;

/// How a receiver wants to be told.
enum class NotifyStyle : std::uint8_t {
  store_manager,  ///< PUT of `{order_id, is_paid, payment_id}`, judged by `updated` in the answer
  event           ///< POST of the event, judged by the status
};
/// `store-manager`, `event`.
std::string_view name(NotifyStyle style);
std::optional<NotifyStyle> find_notify_style(std::string_view name);

enum class NotificationStatus : std::uint8_t { pending, delivered, dead };
std::string_view name(NotificationStatus status);
std::optional<NotificationStatus> find_notification_status(std::string_view name);

/// Whether others are told of such a change: a payment became paid, or what was paid went back.
bool is_told(EventType type);

/// One event that has to be told to the client whose payment it is. Born in the event's own commit; told at
/// least once, those of one payment in their order.
struct Notification {
  NotificationId id;
  PaymentId payment_id;
  std::int64_t sequence = 0;  ///< of the event
  EventType type = EventType::paid;
  std::string client;  ///< empty: a payment of nobody in particular
  NotificationStatus status = NotificationStatus::pending;
  int attempts = 0;        ///< since it was last sent on its way
  std::string last_error;  ///< why the last try failed; empty: it did not
  Timestamp created_at{};
  Timestamp updated_at{};  ///< of the last change: when it was delivered, or given up
  Timestamp due_at{};      ///< while pending: nobody tries before
  bool operator==(const Notification&) const = default;
};

/// What became of one try, or of a wish to try again. Changes nothing of a notification that was delivered.
struct Settlement {
  enum class Kind : std::uint8_t {
    delivered,
    failed,    ///< is tried again after `retry_in`
    dead,      ///< failed, and is not tried again
    released,  ///< was not tried, or nobody knows: due at once
    retried    ///< somebody asked for it: pending and due at once, its attempts counted anew, dead or not
  };
  NotificationId id;
  Kind kind = Kind::delivered;
  Timestamp at{};
  std::chrono::milliseconds retry_in{};
  std::string last_error{};
  /// Of the try that it is about, as `Claimed::claim` has it; empty: the first one, of the instance that
  /// wrote the notification. Once another claim holds the row, that a try failed or was not made changes
  /// nothing.
  std::string claim{};
  bool operator==(const Settlement&) const = default;
};

/// The notification as it is after a settlement of its own. What came of a try counts while it is pending.
Notification settled(Notification notification, const Settlement& settlement);

}  // namespace pay
