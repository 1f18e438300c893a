#include "controller/queries.hpp"

namespace pay::controller {
namespace {

/// One page of what belongs to the payment in the path.
template <class List>
Result<Query> list_of_payment(const Call& call) {
  auto page = view::read_page(captured_id<PaymentId>(call), http::parse_query(call.request.query));
  if (!page) return std::unexpected(std::move(page.error()));
  return List{*std::move(page)};
}

}  // namespace

Result<Query> get_payment(const Call& call) {
  return FindPayment{.id = captured_id<PaymentId>(call)};
}

Result<Query> list_payments(const Call& call) {
  return view::read_list(http::parse_query(call.request.query));
}

Result<Query> list_events(const Call& call) {
  return list_of_payment<ListEvents>(call);
}

Result<Query> list_refunds(const Call& call) {
  return list_of_payment<ListRefunds>(call);
}

Result<Query> list_attempts(const Call& call) {
  return list_of_payment<ListAttempts>(call);
}

Result<Query> list_all_attempts(const Call& call) {
  return view::read_attempt_list(http::parse_query(call.request.query));
}

Result<Query> list_notifications(const Call& call) {
  return view::read_notification_list(http::parse_query(call.request.query));
}

Result<Query> check_ready(const Call&) {
  return CheckHealth{};
}

}  // namespace pay::controller
