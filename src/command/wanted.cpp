#include <concepts>

#include "base/sort_unique.hpp"
#include "command/batch.hpp"

namespace pay {
namespace {

void want(const CreatePayment&, const Job&, Wanted& wanted) {
  ++wanted.new_payments;
}
/// All that one payment can need. A provider with outside effects takes an attempt for whatever it is asked.
struct Needs {
  bool attempt = false;
  bool refund = false;
  bool notification = false;
};
void want_one(PaymentId id, const Job& job, Needs needs, Wanted& wanted) {
  wanted.payments.push_back(id);
  if (needs.attempt || job.may_ask) ++wanted.new_attempts;
  if (needs.refund) ++wanted.new_refunds;
  if (needs.notification) ++wanted.new_notifications;
}
void want(const ProcessPayment& command, const Job& job, Wanted& wanted) {
  want_one(command.id, job, {.attempt = true, .notification = true}, wanted);
}
void want(const CapturePayment& command, const Job& job, Wanted& wanted) {
  want_one(command.id, job, {.notification = true}, wanted);
}
template <class RefundOrUndo>
  requires std::same_as<RefundOrUndo, RefundPayment> || std::same_as<RefundOrUndo, UndoPayment>
void want(const RefundOrUndo& command, const Job& job, Wanted& wanted) {
  want_one(command.id, job, {.refund = true, .notification = true}, wanted);
}
template <class CancelOrExpire>
  requires std::same_as<CancelOrExpire, CancelPayment> || std::same_as<CancelOrExpire, ExpirePayment>
void want(const CancelOrExpire& command, const Job& job, Wanted& wanted) {
  want_one(command.id, job, {}, wanted);
}
template <class OnTheOpenAttempt>
  requires std::same_as<OnTheOpenAttempt, SettleAttempt> || std::same_as<OnTheOpenAttempt, ResolveAttempt>
void want(const OnTheOpenAttempt& command, const Job& job, Wanted& wanted) {
  want_one(command.id, job, {.attempt = true, .notification = true}, wanted);
  wanted.open_attempts_of.push_back(command.id);
}
template <class Look>
  requires std::same_as<Look, LookUpAttempt> || std::same_as<Look, HintAttempt>
void want(const Look& command, const Job&, Wanted& wanted) {
  wanted.payments.push_back(command.id);
  wanted.open_attempts_of.push_back(command.id);
}
void want(const UndoOrder& command, const Job& job, Wanted& wanted) {
  wanted.orders.push_back({.id = command.order_id, .client = job.scope});
  wanted.new_refunds += max_payments_per_order;
  wanted.new_notifications += max_payments_per_order;
}
void want(const RetryNotification& command, const Job&, Wanted& wanted) {
  wanted.notifications.push_back(command.id);
}
void want(const SettleNotifications&, const Job&, Wanted&) {}

}  // namespace

Wanted what_is_wanted(std::span<const Job> jobs) {
  Wanted wanted;
  for (const auto& job : jobs) {
    if (job.protection) wanted.keys.push_back(job.protection->key);
    std::visit([&](const auto& command) { want(command, job, wanted); }, job.command);
  }
  sort_unique(wanted.payments);
  sort_unique(wanted.open_attempts_of);
  sort_unique(wanted.orders);
  sort_unique(wanted.keys);
  sort_unique(wanted.notifications);
  return wanted;
}

}  // namespace pay
