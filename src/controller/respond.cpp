#include "controller/respond.hpp"

#include <fmt/format.h>

#include "base/bug.hpp"

namespace pay::controller {
namespace {

/// How to authenticate (RFC 6750, section 3).
constexpr auto challenge = "Bearer realm=\"payments\"";

http::Response to_response(view::Problem problem) {
  return {.status = problem.status, .content_type = view::problem_type, .body = std::move(problem.body)};
}

/// More becomes of it by itself, or by its payer: there is something to ask for again.
bool is_on_its_way(Status status) {
  return status == Status::processing || status == Status::requires_action;
}

http::Response show(const PaymentReply& reply, int success, view::Language language) {
  if (reply.refusal) {
    auto response = to_response(view::problem(reply, language));
    if (view::is_retryable(reply))
      response.headers.emplace_back("Retry-After", retry_after_seconds(*reply.refusal));
    return response;
  }
  http::Response response{.status = success, .body = view::payment(reply.payment)};
  if (success == 201 || is_on_its_way(reply.payment.status))
    response.headers.emplace_back("Location", fmt::format("/payments/{}", reply.payment.id.value));
  return response;
}

http::Response show(const OrderReply& reply, int success, view::Language) {
  return {.status = success, .body = view::order(reply)};
}

http::Response show(const NotificationReply& reply, int success, view::Language) {
  return {.status = success, .body = view::notification(reply.notification)};
}

http::Response show(const Settled&, int, view::Language) {
  bug("no route settles notifications");
}

http::Response show(const Ask&, int, view::Language) {
  bug("a request was answered before its provider was asked");
}

http::Response show(const AskFirst&, int, view::Language) {
  bug("a request was answered before its payment's provider was asked");
}

http::Response show(const Payment& payment) {
  return {.body = view::payment(payment)};
}
http::Response show(const Healthy&) {
  return {.body = view::healthy()};
}
template <class Rows>
http::Response show(const Rows& page) {
  return {.body = view::page(page)};
}

}  // namespace

http::Response respond(const Reply& reply, int success, view::Language language) {
  return std::visit(
      [&](const auto& r) {
        auto response = show(r, success, language);
        if constexpr (requires { r.replayed; }) {
          if (r.replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
        }
        return response;
      },
      reply);
}

http::Response respond(const QueryResult& result) {
  return std::visit([](const auto& r) { return show(r); }, result);
}

std::string retry_after_seconds(ErrorCode code) {
  // Wrong keys are counted by the minute.
  if (code == ErrorCode::rate_limited) return "60";
  // Long enough for a queue to drain or a first request to end, short enough for a person to wait.
  return "1";
}

http::Response respond(const Error& error, const http::Request& request, view::Language language) {
  auto response = to_response(view::problem(error, language, request.path, request.request_id));
  if (retryable(error.code)) response.headers.emplace_back("Retry-After", retry_after_seconds(error.code));
  if (error.code == ErrorCode::unauthorized) response.headers.emplace_back("WWW-Authenticate", challenge);
  return response;
}

http::Response respond(http::Fault fault, const http::Request& request, view::Language language) {
  const auto plain = [&](int status, std::string_view code, const Text& detail) {
    return to_response(view::problem(status, code, detail, language, request.path, request.request_id));
  };
  switch (fault) {
    case http::Fault::malformed:
      return plain(400, "malformed_request",
                   {.en = "This is not an HTTP request that can be read in one way only.",
                    .fr = "Ceci n'est pas une requête HTTP qui ne se lise que d'une seule façon."});
    case http::Fault::header_too_large:
      return plain(
          431, "header_too_large",
          {.en = "The header of the request is too large.", .fr = "L'en-tête de la requête est trop grand."});
    case http::Fault::too_slow:
      return plain(
          408, "request_timeout",
          {.en = "The request did not arrive in time.", .fr = "La requête n'est pas arrivée à temps."});
    case http::Fault::broken:
      return plain(
          500, "internal_error",
          {.en = "Something went wrong here. The request id finds it in the log.",
           .fr = "Une erreur s'est produite ici. L'identifiant de la requête la retrouve au journal."});
    case http::Fault::body_too_large:
      return respond(Error{.code = ErrorCode::payload_too_large}, request, language);
    case http::Fault::too_many:
      return respond(Error{.code = ErrorCode::unavailable}, request, language);
  }
  bug("an enumeration has another value");
}

}  // namespace pay::controller
