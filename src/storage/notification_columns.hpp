#pragma once

#include "storage/columns.hpp"

/// The columns of what others are told; as `columns.hpp` has it.
namespace pay::columns {

inline constexpr std::string_view notifications =
    "id, payment_id, sequence, type, client, status, attempts, last_error, created_at, updated_at, due_at";
inline constexpr int notifications_count = 11;

/// A notification `n`, then type, reason and payment of its event: `read_claimed` reads it.
inline const std::string claimed =
    "n.id, n.payment_id, n.sequence, n.type, n.client, n.status, n.attempts, n.last_error, n.created_at, "
    "n.updated_at, n.due_at, e.type, e.reason, " +
    std::string(payment_after_event);
inline constexpr std::string_view from_claimed =
    "notifications n JOIN events e ON e.payment_id = n.payment_id AND e.sequence = n.sequence "
    "JOIN payments p ON p.id = n.payment_id";

template <class Row>
Notification read_notification(const Row& row, int at = 0) {
  return {.id = {row.integer(at)},
          .payment_id = {row.integer(at + 1)},
          .sequence = row.integer(at + 2),
          .type = known("type", row.text(at + 3), find_event_type(row.text(at + 3))),
          .client = std::string(row.text(at + 4)),
          .status = known("status", row.text(at + 5), find_notification_status(row.text(at + 5))),
          .attempts = static_cast<int>(row.integer(at + 6)),
          .last_error = std::string(row.text(at + 7)),
          .created_at = to_time(row.integer(at + 8)),
          .updated_at = to_time(row.integer(at + 9)),
          .due_at = to_time(row.integer(at + 10))};
}

template <class Row>
Claimed read_claimed(const Row& row) {
  return {.notification = read_notification(row), .event = read_event(row, notifications_count)};
}

/// A delivered one tells that the older ones of its payment come too late: while one of them is not
/// delivered, it is needed, and its `due_at` is moved on by so much, so that housekeeping does not meet it
/// every minute.
inline constexpr std::chrono::hours next_look_at_needed{24};

/// All but `due_at`, the last column: whose clock it goes by is the database's own affair.
template <class Sink>
void write_notification(Sink& sink, const Notification& notification) {
  sink.integer(notification.id.value);
  sink.integer(notification.payment_id.value);
  sink.integer(notification.sequence);
  sink.text(name(notification.type));
  sink.text(notification.client);
  sink.text(name(notification.status));
  sink.integer(notification.attempts);
  sink.text(error_text(notification.last_error));
  sink.integer(to_integer(notification.created_at));
  sink.integer(to_integer(notification.updated_at));
}

}  // namespace pay::columns
