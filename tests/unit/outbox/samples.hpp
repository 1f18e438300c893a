#pragma once

#include <ostream>
#include <string>

#include "model/notification.hpp"
#include "support/fake_clock.hpp"

namespace pay {

inline void PrintTo(Settlement::Kind kind, std::ostream* out) {
  static constexpr std::string_view names[] = {"delivered", "failed", "dead", "released", "retried"};
  *out << names[static_cast<std::size_t>(kind)];
}

}  // namespace pay

/// Payments that were paid or refunded, and what there is to tell of them.
namespace pay::test {

using namespace std::chrono_literals;

/// How long the writing instance has for its own try, in these tests.
inline constexpr std::chrono::milliseconds first_try = 3s;

/// Sequence 2 of a payment of 100.00 for an order that is a hundred times its id.
inline Event paid_event(std::int64_t payment) {
  return {.type = EventType::paid,
          .after = {.id = {payment},
                    .order_id = {payment * 100},
                    .user_id = {13},
                    .amount_minor = 10'000,
                    .currency = *Currency::find("CAD"),
                    .created_at = start_of_tests,
                    .status = Status::paid,
                    .authorized_minor = 10'000,
                    .captured_minor = 10'000,
                    .version = 2,
                    .updated_at = start_of_tests}};
}

/// Sequence 3: all of it went back.
inline Event refunded_event(std::int64_t payment) {
  auto event = paid_event(payment);
  event.type = EventType::refunded;
  event.after.status = Status::refunded;
  event.after.refunded_minor = event.after.captured_minor;
  event.after.version = 3;
  return event;
}

inline Notification notification_of(const Event& event, std::int64_t id, std::string client = {},
                                    Timestamp now = start_of_tests) {
  return {.id = {id},
          .payment_id = event.after.id,
          .sequence = event.after.version,
          .type = event.type,
          .client = std::move(client),
          .created_at = now,
          .updated_at = now,
          .due_at = event.type == EventType::paid ? now + first_try : now};
}

}  // namespace pay::test
