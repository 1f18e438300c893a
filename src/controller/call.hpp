#pragma once

#include <optional>

#include "base/bug.hpp"
#include "client/clients.hpp"
#include "command/authorizer.hpp"
#include "http/message.hpp"
#include "http/router.hpp"
#include "query/queries.hpp"
#include "view/language.hpp"
#include "view/requests.hpp"

namespace pay::controller {

/// What every endpoint may rely on. Outlives all calls.
struct Settings {
  const Authorizer& authorizer;
  Currency default_currency;
  view::Language default_language = view::Language::english;
};

/// What a request's answer is written in.
inline view::Language language_of(const http::Request& request, const Settings& settings) {
  const auto wanted = request.header("Accept-Language");
  return wanted ? view::preferred_language(*wanted, settings.default_language) : settings.default_language;
}

/// One request on its way to an endpoint: it is read, its route and who sent it are known.
struct Call {
  const http::Request& request;
  const http::Captures& captures;
  const Settings& settings;
  const Caller& caller;
};

/// The id in the path: the first captured segment, which the router lets pass only when it is one.
template <class IdType>
IdType captured_id(const Call& call) {
  const auto id = view::read_id(call.captures[0]);
  if (!id) bug("the router let pass what is no id");
  return {*id};
}

}  // namespace pay::controller
