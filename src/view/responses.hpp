#pragma once

#include <string>
#include <string_view>

#include "command/commands.hpp"
#include "model/provider_health.hpp"
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

/// `GET /providers`.
std::string providers(std::vector<ProviderHealth> all);
/// What a webhook is told: `{"received":true}`.
std::string received();

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
/// Whether the same command may succeed later: nobody knows yet what becomes of what the payment's provider
/// was asked.
bool is_retryable(const PaymentReply& reply);

/// For faults below the API, which have no code of their own in `ErrorCode`: 408, 431, 500 …
Problem problem(int status, std::string_view code, const Text& detail, Language language,
                std::string_view instance, std::string_view request_id);

/// Where a payer goes who came back from a provider: the shop's address with `payment_id` and `status` added
/// to its query.
std::string back_to_shop(std::string_view return_url, const Payment& payment);

/// The page for payers whose shop did not say where it wants them. Holds nothing but the status.
struct ReturnPage {
  int status = 200;                    ///< of the response
  std::optional<Status> payment = {};  ///< nothing: there is none that may be told of
};
std::string return_page(const ReturnPage& shown, Language language);
/// Its Content-Security-Policy: nothing is loaded, and nobody frames it.
inline constexpr std::string_view return_page_policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

/// The OpenAPI 3.1 document, and a page that shows it without any other host.
std::string_view openapi();
std::string_view docs_page();

}  // namespace pay::view
