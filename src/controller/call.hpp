#pragma once

#include <optional>

#include "command/commands.hpp"
#include "http/message.hpp"
#include "http/router.hpp"
#include "provider/provider.hpp"
#include "query/queries.hpp"
#include "view/language.hpp"

namespace pay::controller {

/// What every endpoint may rely on. Outlives all calls.
struct Settings {
  const Provider& provider;
  const Clock& clock;
  Currency default_currency;
  view::Language default_language = view::Language::english;
};

/// One request on its way to an endpoint: it is read, its route is known.
struct Call {
  const http::Request& request;
  const http::Captures& captures;
  const Settings& settings;
};

/// The first captured segment of the path; nothing when it is no id (letters, a sign, a leading zero).
std::optional<std::int64_t> captured_id(const Call& call);

/// What `make` makes of the id in the path, or `not_found`.
template <class IdType, class Make>
auto with_id(const Call& call, Make make) -> decltype(make(IdType{})) {
  const auto id = captured_id(call);
  if (!id) return fail(ErrorCode::not_found);
  return make(IdType{*id});
}

}  // namespace pay::controller
