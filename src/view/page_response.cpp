#include "view/json_writer.hpp"
#include "view/payment_response.hpp"
#include "view/responses.hpp"

namespace pay::view {

namespace {

/// An event's public id: `"1001-3"`.
void append_event_id(std::string& out, PaymentId payment, std::int64_t sequence) {
  out += '"';
  append_number(out, payment.value);
  out += '-';
  append_number(out, sequence);
  out += '"';
}

void append_event(std::string& out, const Event& event) {
  const Payment& payment = event.after;
  out += R"({"id":)";
  append_event_id(out, payment.id, payment.version);
  out += R"(,"payment_id":)";
  append_number(out, payment.id.value);
  out += R"(,"sequence":)";
  append_number(out, payment.version);
  out += R"(,"type":"payment.)";
  out += name(event.type);
  out += R"(","reason":)";
  append_string_or_null(out, event.reason);
  out += R"(,"data":)";
  append_payment(out, payment);
  out += R"(,"created_at":)";
  append_time(out, payment.updated_at);
  out += '}';
}

void append_refund(std::string& out, const Refund& refund, Currency currency) {
  out += R"({"id":)";
  append_number(out, refund.id.value);
  out += R"(,"payment_id":)";
  append_number(out, refund.payment_id.value);
  out += R"(,"amount":)";
  append_decimal(out, refund.amount_minor, currency);
  out += R"(,"status":")";
  out += name(refund.status);
  out += R"(","reason":)";
  append_string_or_null(out, refund.reason);
  out += R"(,"created_at":)";
  append_time(out, refund.created_at);
  out += '}';
}

void append_attempt(std::string& out, const Attempt& attempt) {
  static const ProviderCall no_call;
  const auto& call = attempt.call ? *attempt.call : no_call;
  out += R"({"id":)";
  append_number(out, attempt.id.value);
  out += R"(,"payment_id":)";
  append_number(out, attempt.payment_id.value);
  out += R"(,"kind":")";
  out += name(attempt.kind);
  out += R"(","provider":)";
  append_string(out, attempt.provider);
  out += R"(,"outcome":")";
  out += name(attempt.outcome);
  out += R"(","decline_code":)";
  append_string_or_null(out, attempt.decline_code);
  out += R"(,"tries":)";
  append_number(out, call.tries);
  out += R"(,"last_error":)";
  append_string_or_null(out, call.last_error);
  out += R"(,"needs_attention":)";
  append_truth(out, call.needs_attention);
  out += R"(,"next_look_at":)";
  append_time_or_null(out, is_final(attempt.outcome) ? std::nullopt : call.due_at);
  out += R"(,"provider_reference":)";
  append_string_or_null(out, call.reference);
  out += R"(,"created_at":)";
  append_time(out, attempt.created_at);
  out += R"(,"finished_at":)";
  append_time_or_null(out, attempt.finished_at);
  out += '}';
}

void append_provider(std::string& out, const ProviderHealth& health) {
  out += R"({"name":)";
  append_string(out, health.name);
  out += R"(,"state":")";
  out += name(health.state);
  out += R"(","at_once":)";
  append_truth(out, health.at_once);
  out += R"(,"in_flight":)";
  append_number(out, static_cast<std::int64_t>(health.in_flight));
  out += R"(,"waiting":)";
  append_number(out, static_cast<std::int64_t>(health.waiting));
  out += R"(,"concurrency":)";
  append_number(out, static_cast<std::int64_t>(health.concurrency));
  out += R"(,"deadline_ms":)";
  append_number(out, health.deadline.count());
  out += R"(,"last_error":)";
  append_string_or_null(out, health.last_error);
  out += '}';
}

void append_notification(std::string& out, const Notification& notification) {
  out += R"({"id":)";
  append_number(out, notification.id.value);
  out += R"(,"payment_id":)";
  append_number(out, notification.payment_id.value);
  out += R"(,"event":)";
  append_event_id(out, notification.payment_id, notification.sequence);
  out += R"(,"type":"payment.)";
  out += name(notification.type);
  out += R"(","client":)";
  append_string_or_null(out, notification.client);
  out += R"(,"status":")";
  out += name(notification.status);
  out += R"(","attempts":)";
  append_number(out, notification.attempts);
  out += R"(,"last_error":)";
  append_string_or_null(out, notification.last_error);
  out += R"(,"next_attempt_at":)";
  const bool is_tried_again = notification.status == NotificationStatus::pending;
  append_time_or_null(out, is_tried_again ? std::optional(notification.due_at) : std::nullopt);
  out += R"(,"created_at":)";
  append_time(out, notification.created_at);
  out += R"(,"updated_at":)";
  append_time(out, notification.updated_at);
  out += '}';
}

/// The one envelope of every list.
template <class T, class Append>
std::string envelope(const Page<T>& page, std::size_t typical_row_size, Append append) {
  std::string out;
  out.reserve(64 + page.rows.size() * typical_row_size);
  out += R"({"data":[)";
  for (const T& row : page.rows) {
    if (out.back() != '[') out += ',';
    append(out, row);
  }
  out += page.next_cursor ? R"(],"has_more":true,"next_cursor":)" : R"(],"has_more":false,"next_cursor":)";
  append_string_or_null(out, page.next_cursor.value_or(""));
  out += '}';
  return out;
}

}  // namespace

std::string page(const Page<Payment>& page) {
  return envelope(page, typical_payment_size, append_payment);
}

std::string page(const Page<Event>& page) {
  return envelope(page, typical_payment_size + 160, append_event);
}

std::string page(const RefundPage& page) {
  return envelope(page, 160, [&page](std::string& out, const Refund& refund) {
    append_refund(out, refund, page.currency);
  });
}

std::string page(const Page<Attempt>& page) {
  return envelope(page, 360, append_attempt);
}

std::string page(const Page<Notification>& page) {
  return envelope(page, 320, append_notification);
}

std::string providers(std::vector<ProviderHealth> all) {
  return envelope(Page<ProviderHealth>{.rows = std::move(all), .next_cursor = {}}, 200, append_provider);
}

std::string event(const Event& event) {
  std::string out;
  out.reserve(typical_payment_size + 160);
  append_event(out, event);
  return out;
}

std::string notification(const Notification& notification) {
  std::string out;
  append_notification(out, notification);
  return out;
}

}  // namespace pay::view
