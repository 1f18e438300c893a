#include <utility>

#include "view/fields.hpp"
#include "view/requests.hpp"

namespace pay::view {

namespace {

/// Reads an object of optional fields by `read(json, complaints)`. Most clients send no body at all.
template <class Command, class Read>
Result<Command> read_fields(std::string_view body, Command command, Read read) {
  if (body.empty()) return command;
  auto json = Json::read(body);
  if (!json) return std::unexpected(std::move(json.error()));
  Complaints complaints;
  read(*json, command, complaints);
  if (!complaints.empty()) return std::unexpected(std::move(complaints).error());
  return command;
}

}  // namespace

Result<CapturePayment> read_capture(PaymentId id, std::string_view body) {
  return read_fields(body, CapturePayment{.id = id, .amount = {}},
                     [](const Json& json, CapturePayment& capture, Complaints& complaints) {
                       capture.amount = read_amount(json, "amount", complaints);
                     });
}

Result<CancelPayment> read_cancel(PaymentId id, std::string_view body) {
  return read_fields(body, CancelPayment{.id = id, .reason = {}},
                     [](const Json& json, CancelPayment& cancel, Complaints& complaints) {
                       cancel.reason = read_text(json, "reason", complaints);
                     });
}

Result<RefundPayment> read_refund(PaymentId id, std::string_view body) {
  return read_fields(body, RefundPayment{.id = id, .amount = {}, .reason = {}},
                     [](const Json& json, RefundPayment& refund, Complaints& complaints) {
                       refund.amount = read_amount(json, "amount", complaints);
                       refund.reason = read_text(json, "reason", complaints);
                     });
}

Result<void> read_nothing(std::string_view body) {
  if (body.empty()) return {};
  auto json = Json::read(body);
  if (!json) return std::unexpected(std::move(json.error()));
  return {};
}

}  // namespace pay::view
