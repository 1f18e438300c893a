#pragma once

#include <chrono>
#include <ostream>
#include <vector>

#include "storage/store.hpp"

namespace pay {

inline void PrintTo(const Payment& payment, std::ostream* out) {
  *out << "payment " << payment.id.value << " v" << payment.version << " " << name(payment.status)
       << " of order " << payment.order_id.value << ", '" << payment.description << "'";
}
inline void PrintTo(const PaymentId& id, std::ostream* out) {
  *out << id.value;
}
inline void PrintTo(const Notification& notification, std::ostream* out) {
  *out << "notification " << notification.id.value << " of " << notification.payment_id.value << "-"
       << notification.sequence << " for '" << notification.client << "', " << name(notification.status)
       << ", " << notification.attempts << " attempts, error '" << notification.last_error << "', due "
       << (notification.due_at - notification.created_at).count() << " us after its birth";
}

}  // namespace pay

/// Payments and changes as the commands make them, with only what a test cares about to be said.
namespace pay::test {

/// So many microseconds after a moment in 2026.
inline Timestamp at(std::int64_t microseconds) {
  return Timestamp{std::chrono::sys_days{std::chrono::year{2026} / 1 / 31}} +
         std::chrono::microseconds{microseconds};
}

inline Payment new_payment(PaymentId id, OrderId order = {1}) {
  return {.id = id,
          .order_id = order,
          .user_id = {7},
          .amount_minor = 5950,
          .currency = *Currency::find("CAD"),
          .description = {},
          .client = {},
          .metadata = {},
          .created_at = at(id.value),
          .method = {},
          .last_error = {},
          .expires_at = {},
          .version = 1,
          .updated_at = at(id.value)};
}

inline Payment paid(Payment payment) {
  payment.status = Status::paid;
  payment.authorized_minor = payment.captured_minor = payment.amount_minor;
  payment.method = PaymentMethod{.type = MethodType::credit_card,
                                 .brand = Brand::visa,
                                 .last4 = "4242",
                                 .expiry = {.year = 2030, .month = 12}};
  payment.last_error.reset();
  ++payment.version;
  payment.updated_at += std::chrono::microseconds{1};
  return payment;
}

inline Payment declined(Payment payment) {
  payment.last_error = LastError{.code = "card_declined", .decline_code = "insufficient_funds"};
  ++payment.version;
  payment.updated_at += std::chrono::microseconds{1};
  return payment;
}

inline Payment canceled(Payment payment) {
  payment.status = Status::canceled;
  ++payment.version;
  payment.updated_at += std::chrono::microseconds{1};
  return payment;
}

inline Changes birth_of(const Payment& payment) {
  Changes changes;
  changes.created.push_back(payment);
  changes.events.push_back({.type = EventType::created, .after = payment});
  return changes;
}

inline Changes change_to(const Payment& payment, EventType type) {
  Changes changes;
  changes.updated.push_back(payment);
  changes.events.push_back({.type = type, .after = payment});
  return changes;
}

inline KeyRecord key_about(const Payment& payment, std::string key, std::string client = {}) {
  return {.key = {.client = std::move(client), .key = std::move(key)},
          .fingerprint = {1, 2, 0, 255},
          .outcome = "ok",
          .payment = payment.id,
          .sequence = payment.version,
          .created_at = payment.updated_at};
}

/// A new payment, committed. `alter` says what is special about it.
template <class Alter>
Payment create(WriteStore& writer, Alter alter) {
  writer.load({.new_payments = 1});
  auto payment = new_payment(writer.next_payment_id());
  alter(payment);
  writer.save(birth_of(payment));
  return payment;
}
inline Payment create(WriteStore& writer, OrderId order = {1}) {
  return create(writer, [order](Payment& payment) { payment.order_id = order; });
}

/// So many in one commit; `alter(payment)` before each is saved.
template <class Alter>
std::vector<Payment> create_many(WriteStore& writer, std::size_t count, Alter alter) {
  writer.load({.new_payments = count});
  Changes changes;
  for (std::size_t i = 0; i < count; ++i) {
    auto payment = new_payment(writer.next_payment_id());
    alter(payment);
    changes.created.push_back(payment);
    changes.events.push_back({.type = EventType::created, .after = std::move(payment)});
  }
  writer.save(changes);
  return changes.created;
}

inline Payment change(WriteStore& writer, const Payment& payment, EventType type) {
  writer.load({.payments = {payment.id}});
  writer.save(change_to(payment, type));
  return payment;
}

template <class T>
std::vector<std::int64_t> ids_of(const std::vector<T>& rows) {
  std::vector<std::int64_t> ids;
  for (const auto& row : rows) ids.push_back(row.id.value);
  return ids;
}

// ---- notifications ----

inline Notification told(NotificationId id, const Event& event) {
  return {.id = id,
          .payment_id = event.after.id,
          .sequence = event.after.version,
          .type = event.type,
          .client = event.after.client,
          .last_error = {},
          .created_at = event.after.updated_at,
          .updated_at = event.after.updated_at,
          .due_at = event.after.updated_at};
}

/// So soon that nobody notices, and yet its writer has the first try.
inline constexpr std::chrono::microseconds at_once{1};

/// New payments of a client that became paid, in one commit, each with a notification that is due so long
/// after its birth.
inline std::vector<Notification> sell(WriteStore& writer, std::size_t count, const std::string& client = "",
                                      std::chrono::microseconds due_in = at_once) {
  writer.load({.new_payments = count, .new_notifications = count});
  Changes changes;
  for (std::size_t i = 0; i < count; ++i) {
    auto payment = new_payment(writer.next_payment_id());
    payment.client = client;
    changes.events.push_back({.type = EventType::created, .after = payment});
    changes.created.push_back(paid(payment));
    changes.events.push_back({.type = EventType::paid, .after = changes.created.back()});
    changes.notifications.push_back(told(writer.next_notification_id(), changes.events.back()));
    changes.notifications.back().due_at += due_in;
  }
  writer.save(changes);
  return changes.notifications;
}
inline Notification sell_one(WriteStore& writer, const std::string& client = "",
                             std::chrono::microseconds due_in = at_once) {
  return sell(writer, 1, client, due_in).at(0);
}

/// Takes back a little of what was paid, and leaves it to be told.
inline Notification refund_some(WriteStore& writer, PaymentId id) {
  auto payment = writer.load({.payments = {id}, .new_notifications = 1}).payments.at(0);
  payment.status = Status::partially_refunded;
  payment.refunded_minor += 1;
  ++payment.version;
  payment.updated_at += std::chrono::microseconds{1};
  auto changes = change_to(payment, EventType::refunded);
  changes.notifications.push_back(told(writer.next_notification_id(), changes.events[0]));
  writer.save(changes);
  return changes.notifications[0];
}

/// In one commit: all is taken back of payments that were sold, one each, the oldest first.
inline std::vector<Notification> refund_all(WriteStore& writer, const std::vector<Notification>& sold,
                                            std::chrono::microseconds due_in = {}) {
  writer.load({.new_notifications = sold.size()});
  Changes changes;
  for (const auto& one : sold) {
    auto payment = paid(new_payment(one.payment_id));
    payment.client = one.client;
    ++payment.version;
    changes.events.push_back({.type = EventType::refunded, .after = payment});
    changes.notifications.push_back(told(writer.next_notification_id(), changes.events.back()));
    changes.notifications.back().due_at += due_in;
  }
  writer.save(changes);
  return changes.notifications;
}

inline void settle(WriteStore& writer, std::vector<Settlement> settlements) {
  writer.load({});
  Changes changes;
  changes.settlements = std::move(settlements);
  writer.save(changes);
}

/// As the database has it now.
inline std::optional<Notification> look_at(ReadStore& reader, NotificationId id) {
  auto rows = reader.list_notifications({}, id.value + 1, 1).rows;
  if (rows.empty() || rows[0].id != id) return std::nullopt;
  return rows[0];
}

inline std::vector<std::int64_t> ids_of(const std::vector<Claimed>& claimed) {
  std::vector<std::int64_t> ids;
  for (const auto& one : claimed) ids.push_back(one.notification.id.value);
  return ids;
}

inline constexpr std::int64_t newest = max_id + 1;  ///< as `before` of a first page

}  // namespace pay::test
