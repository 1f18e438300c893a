#include <fmt/format.h>

#include <algorithm>

#include "command/decide.hpp"

namespace pay {
namespace {

std::unexpected<Error> overtaken(const Notification& notification) {
  const auto payment = notification.payment_id.value;
  return fail(
      ErrorCode::invalid_state,
      {.en = fmt::format(
           "A later notification of payment {0} was delivered or is on its way: sent now, this "
           "one could tell what is no longer so. What happened to the payment: GET /payments/{0}/events.",
           payment),
       .fr =
           fmt::format("Une notification plus récente du paiement {0} est livrée ou en route : envoyée "
                       "maintenant, celle-ci pourrait annoncer ce qui n'est plus vrai. Ce qui est arrivé au "
                       "paiement : GET /payments/{0}/events.",
                       payment)});
}

}  // namespace

Result<NotificationDecision> decide(const LoadedNotification& loaded, const RetryNotification&,
                                    const Situation& situation) {
  const auto& notification = loaded.notification;
  if (notification.status == NotificationStatus::delivered)
    return NotificationDecision{.notification = notification};
  const bool is_dead = notification.status == NotificationStatus::dead;
  if (is_dead && loaded.overtaken) return overtaken(notification);
  const Settlement retried{.id = notification.id,
                           .kind = Settlement::Kind::retried,
                           .at = std::max(situation.now, notification.updated_at)};
  return NotificationDecision{.notification = settled(notification, retried), .settlement = retried};
}

}  // namespace pay
