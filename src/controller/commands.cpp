#include "controller/commands.hpp"

#include "command/authorize.hpp"
#include "view/requests.hpp"

namespace pay::controller {

Result<Command> create_payment(const Call& call) {
  return view::read_create(call.request.body, call.settings.default_currency, {});
}

Result<Command> process_payment(const Call& call) {
  return with_id<PaymentId>(call, [&](PaymentId id) -> Result<Command> {
    const auto card = view::read_card(call.request.body);
    if (!card) return std::unexpected(card.error());
    return authorize(id, *card, call.settings.provider, call.settings.clock.now());
  });
}

Result<Command> capture_payment(const Call& call) {
  return with_id<PaymentId>(
      call, [&](PaymentId id) -> Result<Command> { return view::read_capture(id, call.request.body); });
}

Result<Command> cancel_payment(const Call& call) {
  return with_id<PaymentId>(
      call, [&](PaymentId id) -> Result<Command> { return view::read_cancel(id, call.request.body); });
}

Result<Command> refund_payment(const Call& call) {
  return with_id<PaymentId>(
      call, [&](PaymentId id) -> Result<Command> { return view::read_refund(id, call.request.body); });
}

Result<Command> delete_payment(const Call& call) {
  return with_id<PaymentId>(call, [](PaymentId id) -> Result<Command> { return UndoPayment{.id = id}; });
}

namespace {

Result<Command> undo_order(const Call& call, UndoOrder::Wording wording) {
  return with_id<OrderId>(call, [&](OrderId order) -> Result<Command> {
    const auto body = view::read_nothing(call.request.body);
    if (!body) return std::unexpected(body.error());
    return UndoOrder{.order_id = order, .wording = wording};
  });
}

}  // namespace

Result<Command> cancel_by_order(const Call& call) {
  return undo_order(call, UndoOrder::Wording::cancel);
}

Result<Command> refund_by_order(const Call& call) {
  return undo_order(call, UndoOrder::Wording::refund);
}

std::optional<std::int64_t> captured_id(const Call& call) {
  return view::read_id(call.captures[0]);
}

}  // namespace pay::controller
