#include "model/event.hpp"

#include "model/names.hpp"

namespace pay {
namespace {

using namespace std::string_view_literals;

constexpr Names event_types{EventType::refunded,
                            std::to_array({"created"sv, "declined"sv, "processing"sv, "requires_action"sv,
                                           "authorized"sv, "paid"sv, "canceled"sv, "refunded"sv})};
constexpr Names refund_statuses{RefundStatus::failed,
                                std::to_array({"pending"sv, "succeeded"sv, "failed"sv})};

}  // namespace

std::string_view name(EventType type) {
  return event_types.of(type);
}
std::optional<EventType> find_event_type(std::string_view name) {
  return event_types.find(name);
}

std::string_view name(RefundStatus status) {
  return refund_statuses.of(status);
}
std::optional<RefundStatus> find_refund_status(std::string_view name) {
  return refund_statuses.find(name);
}

}  // namespace pay
