#include "outbox/store_manager/wire.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

namespace pay::store_manager {
namespace {

std::string with_order(std::string_view url, OrderId order) {
  static constexpr std::string_view place = "{order_id}";
  std::string text(url);
  const auto id = std::to_string(order.value);
  for (auto at = text.find(place); at != text.npos; at = text.find(place, at + id.size()))
    text.replace(at, place.size(), id);
  return text;
}

}  // namespace

http::OutgoingRequest compose(std::string_view url, const Event& event) {
  const auto& payment = event.after;
  return {.method = "PUT",
          .url = with_order(url, payment.order_id),
          .body = fmt::format(R"({{"order_id":{},"is_paid":{},"payment_id":{}}})", payment.order_id.value,
                              is_paid(payment), payment.id.value)};
}

std::optional<std::string> complaint(const http::Answer& answer) {
  if (answer.status < 200 || answer.status > 299) return fmt::format("status {}", answer.status);
  boost::json::error_code error;
  const auto document = boost::json::parse(answer.body, error);
  if (error) return "the answer is no JSON";
  const auto* const object = document.if_object();
  const auto* const updated = object != nullptr ? object->if_contains("updated") : nullptr;
  if (updated == nullptr || !updated->is_bool()) return R"(no "updated" in the answer)";
  if (!updated->get_bool()) return "updated:false";
  return std::nullopt;
}

}  // namespace pay::store_manager
