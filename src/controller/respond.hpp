#pragma once

#include "command/commands.hpp"
#include "http/message.hpp"
#include "query/queries.hpp"
#include "view/responses.hpp"

/// What became of a request, as an HTTP response.
namespace pay::controller {

/// A reply to a command: `success` (201 comes with the Location of what was created), or the problem that it
/// is.
http::Response respond(const Reply& reply, int success, view::Language language);

http::Response respond(const QueryResult& result);

/// A problem document, with Retry-After where trying again makes sense, and with WWW-Authenticate where a key
/// does.
http::Response respond(const Error& error, const http::Request& request, view::Language language);

/// For Retry-After, where trying again makes sense.
std::string retry_after_seconds(ErrorCode code);

/// What a peer is told whose request could not be read.
http::Response respond(http::Fault fault, const http::Request& request, view::Language language);

}  // namespace pay::controller
