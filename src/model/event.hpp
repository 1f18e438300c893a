#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/attempt.hpp"
#include "model/payment.hpp"

namespace pay {

enum class EventType : std::uint8_t {
  created,
  declined,
  processing,
  requires_action,
  authorized,
  paid,
  canceled,
  refunded
};
inline constexpr std::size_t event_type_count = 8;
/// Without the `payment.` that the API puts before it.
std::string_view name(EventType type);
std::optional<EventType> find_event_type(std::string_view name);

/// One change of a payment: what happened and the payment as it was afterwards. Sequence and time are the
/// payment's version and updated_at; payment id and sequence together are the event's id.
struct Event {
  EventType type = EventType::created;
  Payment after;
  std::string reason{};  ///< why, in the words of whoever asked; empty: none was given
};

enum class RefundStatus : std::uint8_t { pending, succeeded, failed };
std::string_view name(RefundStatus status);
std::optional<RefundStatus> find_refund_status(std::string_view name);

struct Refund {
  RefundId id;
  PaymentId payment_id;
  std::int64_t amount_minor = 0;  ///< in the payment's currency
  RefundStatus status = RefundStatus::pending;
  std::string reason;  ///< empty: none
  Timestamp created_at{};
  bool operator==(const Refund&) const = default;
};

}  // namespace pay
