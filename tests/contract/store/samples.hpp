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

inline std::vector<std::int64_t> ids_of(const std::vector<Payment>& payments) {
  std::vector<std::int64_t> ids;
  for (const auto& payment : payments) ids.push_back(payment.id.value);
  return ids;
}

inline constexpr std::int64_t newest = max_id + 1;  ///< as `before` of a first page

}  // namespace pay::test
