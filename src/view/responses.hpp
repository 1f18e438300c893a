#pragma once

#include <string>
#include <string_view>

#include "command/commands.hpp"
#include "query/queries.hpp"
#include "view/language.hpp"

/// What the service answers, as JSON text. Written by hand where it is hot: the same state gives the same
/// bytes.
namespace pay::view {

std::string payment(const Payment& payment);
std::string order(const OrderReply& reply);

std::string page(const Page<Payment>& page);
std::string page(const Page<Event>& page);
std::string page(const RefundPage& page);
std::string page(const Page<Attempt>& page);
std::string page(const Page<Notification>& page);

/// One event, as the list of events shows it and as receivers are told of it.
std::string event(const Event& event);
std::string notification(const Notification& notification);

/// `GET /`.
std::string welcome();
/// `GET /health/…`: `{"status":"ok"}`.
std::string healthy();

/// A problem document of RFC 9457 and the status that goes with it.
struct Problem {
  int status = 0;
  std::string body;
};
inline constexpr std::string_view problem_type = "application/problem+json";

/// The one map from our codes to HTTP's.
int http_status(ErrorCode code);

/// An error of a request. `instance` is its path, as sent; `request_id` may be empty.
Problem problem(const Error& error, Language language, std::string_view instance,
                std::string_view request_id);

/// A command that was refused by the payment's state, or declined: made of the reply alone, so that a replay
/// shows the same bytes (`instance` is `/payments/{id}`, there is no request id in it). `reply.refusal` is
/// set.
Problem problem(const PaymentReply& reply, Language language);

/// For faults below the API, which have no code of their own in `ErrorCode`: 408, 431, 500 …
Problem problem(int status, std::string_view code, const Text& detail, Language language,
                std::string_view instance, std::string_view request_id);

/// The OpenAPI 3.1 document, and a page that shows it without any other host.
std::string_view openapi();
std::string_view docs_page();

}  // namespace pay::view
