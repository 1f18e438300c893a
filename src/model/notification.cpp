#include "model/notification.hpp"

#include "model/names.hpp"

namespace pay {
namespace {

using namespace std::string_view_literals;

constexpr Names styles{NotifyStyle::event, std::to_array({"store-manager"sv, "event"sv})};
constexpr Names statuses{NotificationStatus::dead, std::to_array({"pending"sv, "delivered"sv, "dead"sv})};

}  // namespace

std::string_view name(NotifyStyle style) {
  return styles.of(style);
}
std::optional<NotifyStyle> find_notify_style(std::string_view name) {
  return styles.find(name);
}

std::string_view name(NotificationStatus status) {
  return statuses.of(status);
}
std::optional<NotificationStatus> find_notification_status(std::string_view name) {
  return statuses.find(name);
}

bool is_told(EventType type) {
  return type == EventType::paid || type == EventType::refunded;
}

Notification settled(Notification notification, const Settlement& settlement) {
  using Kind = Settlement::Kind;
  const bool is_dead = notification.status == NotificationStatus::dead;
  const bool is_over = notification.status == NotificationStatus::delivered;
  if (is_over || (is_dead && settlement.kind != Kind::retried)) return notification;
  notification.due_at = settlement.at;
  if (settlement.kind == Kind::released) return notification;
  notification.updated_at = settlement.at;
  if (settlement.kind == Kind::retried) {
    notification.status = NotificationStatus::pending;
    notification.attempts = 0;
    return notification;
  }
  ++notification.attempts;
  notification.last_error = settlement.kind == Kind::delivered ? "" : settlement.last_error;
  if (settlement.kind == Kind::delivered) notification.status = NotificationStatus::delivered;
  if (settlement.kind == Kind::dead) notification.status = NotificationStatus::dead;
  if (settlement.kind == Kind::failed) notification.due_at += settlement.retry_in;
  return notification;
}

}  // namespace pay
