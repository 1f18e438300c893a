#include "controller/commands.hpp"

namespace pay::controller {

Result<Command> create_payment(const Call& call) {
  return view::read_create(call.request.body, call.settings.default_currency, call.caller.name);
}

Result<Command> process_payment(const Call& call) {
  auto request = view::read_process(call.request.body);
  if (!request) return std::unexpected(std::move(request.error()));
  const auto& accepted = call.caller.methods;
  if (!accepted.has(method_of(kept(request->source)))) return std::unexpected(view::not_accepted(accepted));
  return call.settings.authorizer.authorize(captured_id<PaymentId>(call), request->source,
                                            std::move(request->return_url));
}

Result<Command> capture_payment(const Call& call) {
  return view::read_capture(captured_id<PaymentId>(call), call.request.body);
}

Result<Command> cancel_payment(const Call& call) {
  return view::read_cancel(captured_id<PaymentId>(call), call.request.body);
}

Result<Command> refund_payment(const Call& call) {
  return view::read_refund(captured_id<PaymentId>(call), call.request.body);
}

Result<Command> delete_payment(const Call& call) {
  return UndoPayment{.id = captured_id<PaymentId>(call)};
}

namespace {

Result<Command> undo_order(const Call& call, UndoOrder::Wording wording) {
  const auto body = view::read_nothing(call.request.body);
  if (!body) return std::unexpected(body.error());
  return UndoOrder{.order_id = captured_id<OrderId>(call), .wording = wording};
}

}  // namespace

Result<Command> cancel_by_order(const Call& call) {
  return undo_order(call, UndoOrder::Wording::cancel);
}

Result<Command> refund_by_order(const Call& call) {
  return undo_order(call, UndoOrder::Wording::refund);
}

Result<Command> retry_notification(const Call& call) {
  const auto body = view::read_nothing(call.request.body);
  if (!body) return std::unexpected(body.error());
  return RetryNotification{.id = captured_id<NotificationId>(call)};
}

}  // namespace pay::controller
