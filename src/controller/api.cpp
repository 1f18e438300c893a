#include "controller/api.hpp"

#include <utility>

#include "base/bug.hpp"
#include "base/log.hpp"
#include "command/fingerprint.hpp"
#include "controller/respond.hpp"
#include "view/requests.hpp"

namespace pay::controller {
namespace {

/// In metrics, what no route answers. Static text, as `Metrics` wants it.
constexpr std::string_view no_route = "none";
constexpr std::string_view other_method = "OTHER";

/// A body says what it is, or says nothing.
bool has_wrong_type(const http::Request& request) {
  if (request.body.empty()) return false;
  const auto type = request.header("Content-Type");
  return type && !view::is_json(*type);
}

/// Any page that a developer's browser shows could otherwise pay at a service on the same machine. A key
/// cannot be sent that way: browsers ask before they send its header.
bool comes_from_another_site(const http::Request& request) {
  return request.header("Sec-Fetch-Site") == "cross-site";
}

/// Providers have names; all else that a path names has an id.
bool is_capturable(const http::Router::Capture& capture) {
  return capture.name == "provider" || view::read_id(capture.segment).has_value();
}

void log_failure(const Error& error, const http::Request& request) {
  if (error.internal.empty()) return;
  log::warn("a request failed",
            {{"request_id", request.request_id}, {"code", name(error.code)}, {"reason", error.internal}});
}

}  // namespace

Api::Api(boost::asio::io_context& io, Parts parts, Settings settings)
    : executor_(parts.executor),
      metrics_(parts.metrics),
      clients_(parts.clients),
      settings_(settings),
      router_(is_capturable),
      commands_(io, parts.flow),
      questions_(io, parts.reader),
      first_try_(io, parts.notifier),
      providers_(std::move(parts.providers)),
      arrivals_(io, commands_, questions_, first_try_,
                {.doors = std::move(parts.doors), .clock = parts.clock}) {
  for (const auto& route : routes()) router_.add(route.method, route.pattern);
}

http::Task<http::Response> Api::handle(const http::Request& request) {
  const auto began = std::chrono::steady_clock::now();
  const auto match = router_.match(request.method, request.path);
  auto method = other_method;
  auto pattern = no_route;
  http::Response response;
  switch (match.routing) {
    case http::Routing::found: {
      const auto& route = routes()[match.route];
      method = route.method;
      pattern = route.pattern;
      const auto caller = admit(route, request);
      if (caller) {
        response = co_await answer(route, {request, match.captures, settings_, *caller});
      } else {
        response = respond(caller.error(), request, language_of(request, settings_));
      }
      break;
    }
    case http::Routing::options:
      response.headers.emplace_back("Allow", match.allow);
      break;
    case http::Routing::method_not_allowed:
      response =
          respond(Error{.code = ErrorCode::method_not_allowed}, request, language_of(request, settings_));
      response.headers.emplace_back("Allow", match.allow);
      break;
    case http::Routing::not_found:
      response = respond(Error{.code = ErrorCode::not_found}, request, language_of(request, settings_));
      break;
  }
  const auto took = std::chrono::steady_clock::now() - began;
  metrics_.on_response(method, pattern, response.status, took);
  if (log::enabled(log::Level::debug)) {
    log::debug("request", {{"request_id", request.request_id},
                           {"method", method},
                           {"route", pattern},
                           {"status", response.status},
                           {"us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
  }
  co_return response;
}

/// Who asks: known before anything else of the request is looked at.
Result<Caller> Api::admit(const Route& route, const http::Request& request) {
  if (route.access == Access::anyone) return Caller{};
  const auto key = view::read_api_key(request.header("X-Api-Key"), request.header("Authorization"));
  auto caller = clients_.authenticate(key, request.peer);
  const bool is_command = std::holds_alternative<CommandEndpoint>(route.endpoint);
  if (caller && !key && is_command && comes_from_another_site(request)) {
    return fail(ErrorCode::unauthorized,
                {"Without an API key, pages of other sites may change nothing here.",
                 "Sans clé d'API, les pages d'autres sites ne peuvent rien changer ici."});
  }
  return caller;
}

http::Task<http::Response> Api::answer(const Route& route, const Call& call) {
  if (const auto* command = std::get_if<CommandEndpoint>(&route.endpoint)) return run(*command, call);
  if (const auto* query = std::get_if<QueryEndpoint>(&route.endpoint)) return look_up(*query, call);
  if (const auto* arrival = std::get_if<Arrival>(&route.endpoint)) {
    return *arrival == Arrival::webhook ? arrivals_.receive_webhook(call) : arrivals_.welcome_back(call);
  }
  return [](http::Response page) -> http::Task<http::Response> {
    co_return page;
  }(show(std::get<Page>(route.endpoint)));
}

http::Task<http::Response> Api::run(CommandEndpoint endpoint, const Call& call) {
  const auto language = language_of(call.request, settings_);
  const auto refuse_with = [&](const Error& error) { return respond(error, call.request, language); };

  if (has_wrong_type(call.request)) co_return refuse_with({.code = ErrorCode::unsupported_media_type});
  auto command = endpoint(call);
  if (!command) co_return refuse_with(command.error());
  auto protection = protect(*command, call);
  if (!protection) co_return refuse_with(protection.error());

  const int success = std::holds_alternative<CreatePayment>(*command) ? 201 : 200;
  const bool may_pay = takes_money(*command);
  const auto reply = co_await commands_.ask(
      {.command = *std::move(command), .protection = *std::move(protection), .scope = call.caller.scope});
  if (!reply) {
    log_failure(reply.error(), call.request);
    co_return refuse_with(reply.error());
  }
  const auto* paid = may_pay ? just_paid(*reply) : nullptr;
  if (paid) co_await first_try_.wait(*paid);
  co_return respond(*reply, success, language);
}

http::Task<http::Response> Api::look_up(QueryEndpoint endpoint, const Call& call) {
  const auto language = language_of(call.request, settings_);
  auto query = endpoint(call);
  if (!query) co_return respond(query.error(), call.request, language);
  const bool asks_for_health = std::holds_alternative<CheckHealth>(*query);
  if (asks_for_health && draining_)
    co_return respond(Error{.code = ErrorCode::unavailable}, call.request, language);

  const auto result = co_await questions_.ask({.query = *std::move(query), .scope = call.caller.scope});
  if (!result) {
    log_failure(result.error(), call.request);
    co_return respond(result.error(), call.request, language);
  }
  co_return respond(*result);
}

http::Response Api::show(Page page) {
  switch (page) {
    case Page::welcome:
      return {.body = view::welcome()};
    case Page::live:
      return {.body = view::healthy()};
    case Page::metrics:
      return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
              .body = metrics_.render(executor_.queue_length(), connection_count_())};
    case Page::openapi:
      return {.body = std::string(view::openapi())};
    case Page::providers:
      return {.body = view::providers(providers_())};
    case Page::docs:
      return {.content_type = "text/html; charset=utf-8", .body = std::string(view::docs_page())};
  }
  bug("an enumeration has another value");
}

/// A wish to try again is idempotent by nature: it needs no key, but a wrong one is still wrong.
Result<std::optional<Protection>> Api::protect(const Command& command, const Call& call) {
  const auto& request = call.request;
  if (request.method != "POST") return std::nullopt;
  const auto header = request.header("Idempotency-Key");
  if (!header) return std::nullopt;
  if (request.count("Idempotency-Key") > 1) return fail(ErrorCode::invalid_idempotency_key);
  auto key = view::read_idempotency_key(*header);
  if (!key) return std::unexpected(std::move(key.error()));
  if (std::holds_alternative<RetryNotification>(command)) return std::nullopt;
  return Protection{.key = {.client = call.caller.name, .key = *std::move(key)},
                    .fingerprint = fingerprint(command)};
}

http::Response Api::refuse(http::Fault fault, const http::Request& request) {
  auto response = respond(fault, request, language_of(request, settings_));
  metrics_.on_response(other_method, no_route, response.status, {});
  return response;
}

}  // namespace pay::controller
