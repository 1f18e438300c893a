#include "controller/arrivals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bug.hpp"
#include "base/log.hpp"
#include "controller/respond.hpp"

namespace pay::controller {
namespace {

/// Above what a provider's key, or ours, ever has.
constexpr std::size_t longest_key = 64;
constexpr std::size_t largest_page = 100;

/// The key of an attempt, as we gave it to the provider to come back with; empty: none.
std::string key_of(const http::Request& request) {
  std::string key;
  for (auto& [name, value] : http::parse_query(request.query)) {
    if (name == "attempt") key = std::move(value);
  }
  return key.size() <= longest_key ? key : std::string{};
}

/// The payment as it is after a look, or without one: nobody can be asked of a provider that is not set up
/// any more.
const Payment& looked_up(const Reply& reply) {
  if (const auto* told = std::get_if<PaymentReply>(&reply)) return told->payment;
  if (const auto* ask = std::get_if<Ask>(&reply)) return ask->meanwhile.payment;
  bug("a look-up was answered with something else than its payment");
}

http::Response page(view::ReturnPage shown, view::Language language) {
  http::Response response{.status = shown.status,
                          .content_type = "text/html; charset=utf-8",
                          .body = view::return_page(shown, language)};
  response.headers.emplace_back("Content-Security-Policy", view::return_page_policy);
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

http::Response back_to(std::string_view return_url, const Payment& payment) {
  http::Response response{.status = 303, .content_type = "text/html; charset=utf-8", .body = {}};
  response.headers.emplace_back("Location", view::back_to_shop(return_url, payment));
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

/// What any stranger can cause is not worth a line of every log.
void log_failure(std::string_view what, const Error& error, const http::Request& request) {
  const bool is_a_strangers =
      error.code == ErrorCode::invalid_signature || error.code == ErrorCode::rate_limited;
  const auto write = is_a_strangers ? log::debug : log::warn;
  write(what, {{"request_id", request.request_id}, {"code", name(error.code)}, {"reason", error.internal}});
}

}  // namespace

Arrivals::Arrivals(boost::asio::io_context& io, Commands& commands, Questions& questions, FirstTry& first_try,
                   Surroundings surroundings)
    : webhooks_(io),
      commands_(commands),
      questions_(questions),
      first_try_(first_try),
      doors_(std::move(surroundings.doors)),
      clock_(surroundings.clock) {}

http::Task<http::Response> Arrivals::receive_webhook(const Call& call) {
  const auto language = language_of(call.request, call.settings);
  const auto refuse_with = [&](const Error& error) { return respond(error, call.request, language); };

  const std::string provider(call.captures[0]);
  auto* door = doors_.find(provider);
  if (!door) co_return refuse_with({.code = ErrorCode::not_found});
  const auto said = co_await webhooks_.read(*door, call.request);
  if (!said) {
    log_failure("a webhook was refused", said.error(), call.request);
    co_return refuse_with(said.error());
  }
  if (const auto payment = *said) {
    const auto reply = co_await commands_.ask({.command = HintAttempt{.id = *payment, .provider = provider}});
    // A payment that is not ours is another service's at the same account: nothing that a repeat would cure.
    if (!reply && reply.error().code != ErrorCode::not_found) {
      log_failure("a webhook came to nothing", reply.error(), call.request);
      co_return refuse_with(reply.error());
    }
    if (reply) doors_.wake_repairer();
  }
  co_return http::Response{.body = view::received()};
}

http::Task<http::Response> Arrivals::welcome_back(const Call& call) {
  const auto language = language_of(call.request, call.settings);
  const auto failed = [&](const Error& error) {
    if (error.code == ErrorCode::not_found) return page({.status = 404}, language);
    log_failure("a payer who came back was not told", error, call.request);
    auto response = page({.status = view::http_status(error.code)}, language);
    if (retryable(error.code)) response.headers.emplace_back("Retry-After", retry_after_seconds(error.code));
    return response;
  };
  const auto id = captured_id<PaymentId>(call);
  const auto key = key_of(call.request);

  // By payment and not by address: whoever guesses has many, and that of a proxy is everybody's.
  const auto payment = fmt::to_string(id.value);
  if (wrong_keys_.are_too_many(payment, clock_.now())) co_return failed({.code = ErrorCode::rate_limited});
  const auto found = co_await find_attempt(id, key);
  if (!found && found.error().code != ErrorCode::not_found) co_return failed(found.error());
  const auto attempt = found.value_or(std::nullopt);
  if (!attempt) {
    wrong_keys_.count(payment, clock_.now());
    co_return failed({.code = ErrorCode::not_found});
  }
  const auto reply = co_await commands_.ask({.command = LookUpAttempt{.id = id, .key = key}});
  if (!reply) co_return failed(reply.error());

  if (const auto* paid = just_paid(*reply)) co_await first_try_.wait(*paid);
  const auto& asked = attempt->call;
  if (asked && !asked->return_url.empty()) co_return back_to(asked->return_url, looked_up(*reply));
  co_return page({.payment = looked_up(*reply).status}, language);
}

/// Nothing when the payment has none with this key. Error: `not_found` when there is no such payment.
http::Task<Result<std::optional<Attempt>>> Arrivals::find_attempt(PaymentId payment, std::string_view key) {
  ListAttempts list{{payment, std::nullopt, largest_page}};
  do {
    const auto result = co_await questions_.ask({.query = list});
    if (!result) co_return std::unexpected(result.error());
    const auto& listed = std::get<pay::Page<Attempt>>(*result);
    const auto found = std::ranges::find(listed.rows, key, provider_key);
    if (found != listed.rows.end()) co_return *found;
    list.cursor = listed.next_cursor;
  } while (list.cursor && !key.empty());
  co_return std::nullopt;
}

}  // namespace pay::controller
