#include "view/payment_response.hpp"

#include "view/json_writer.hpp"
#include "view/responses.hpp"

namespace pay::view {

namespace {

void append_amount(std::string& out, std::string_view member, std::int64_t minor, Currency currency) {
  out += member;
  append_decimal(out, minor, currency);
}

void append_number_or_null(std::string& out, int number) {
  if (number == 0) {
    out += "null";
  } else {
    append_number(out, number);
  }
}

void append_method(std::string& out, const std::optional<PaymentMethod>& method) {
  if (!method) {
    out += "null";
    return;
  }
  out += R"({"type":")";
  out += name(method->type);
  out += R"(","brand":")";
  out += name(method->brand);
  // A wallet has neither.
  out += R"(","last4":)";
  append_string_or_null(out, method->last4);
  out += R"(,"exp_month":)";
  append_number_or_null(out, method->expiry.month);
  out += R"(,"exp_year":)";
  append_number_or_null(out, method->expiry.year);
  out += '}';
}

void append_last_error(std::string& out, const std::optional<LastError>& error) {
  if (!error) {
    out += "null";
    return;
  }
  out += R"({"code":)";
  append_string(out, error->code);
  out += R"(,"decline_code":)";
  append_string_or_null(out, error->decline_code);
  out += '}';
}

void append_next_action(std::string& out, const Rare<NextAction>& action) {
  if (!action) {
    out += "null";
    return;
  }
  out += R"({"type":"redirect","url":)";
  append_string(out, action->url);
  out += R"(,"expires_at":)";
  append_time_or_null(out, action->expires_at);
  out += '}';
}

void append_metadata(std::string& out, const Metadata& metadata) {
  out += '{';
  for (const auto& [key, value] : metadata) {
    if (out.back() != '{') out += ',';
    append_string(out, key);
    out += ':';
    append_string(out, value);
  }
  out += '}';
}

}  // namespace

void append_payment(std::string& out, const Payment& payment) {
  out += R"({"id":)";
  append_number(out, payment.id.value);
  out += R"(,"payment_id":)";
  append_number(out, payment.id.value);
  out += R"(,"order_id":)";
  append_number(out, payment.order_id.value);
  out += R"(,"user_id":)";
  append_number(out, payment.user_id.value);
  append_amount(out, R"(,"total_amount":)", payment.amount_minor, payment.currency);
  out += R"(,"currency":")";
  out += payment.currency.code();
  out += R"(","status":")";
  out += name(payment.status);
  out += is_paid(payment) ? R"(","is_paid":true)" : R"(","is_paid":false)";
  out += R"(,"capture_method":")";
  out += name(payment.capture_method);
  append_amount(out, R"(","authorized_amount":)", payment.authorized_minor, payment.currency);
  append_amount(out, R"(,"captured_amount":)", payment.captured_minor, payment.currency);
  append_amount(out, R"(,"refunded_amount":)", payment.refunded_minor, payment.currency);
  out += R"(,"payment_method":)";
  append_method(out, payment.method);
  out += R"(,"last_error":)";
  append_last_error(out, payment.last_error);
  out += R"(,"next_action":)";
  append_next_action(out, payment.next_action);
  out += R"(,"description":)";
  append_string_or_null(out, payment.description);
  out += R"(,"client":)";
  append_string_or_null(out, payment.client);
  out += R"(,"metadata":)";
  append_metadata(out, payment.metadata);
  out += R"(,"version":)";
  append_number(out, payment.version);
  out += R"(,"created_at":)";
  append_time(out, payment.created_at);
  out += R"(,"updated_at":)";
  append_time(out, payment.updated_at);
  out += '}';
}

std::string payment(const Payment& payment) {
  std::string out;
  out.reserve(typical_payment_size);
  append_payment(out, payment);
  return out;
}

std::string order(const OrderReply& reply) {
  std::string out;
  out.reserve(64 + reply.payments.size() * typical_payment_size);
  out += R"({"order_id":)";
  append_number(out, reply.order_id.value);
  out += R"(,"payments":[)";
  for (const Payment& payment : reply.payments) {
    if (out.back() != '[') out += ',';
    append_payment(out, payment);
  }
  out += "]}";
  return out;
}

}  // namespace pay::view
