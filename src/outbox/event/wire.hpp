#pragma once

#include <optional>
#include <string>

#include "http/client.hpp"

/// How an application is sent the event itself. Pure.
namespace pay::events {

/// POST of the event's document; its `id` tells a repeat. What vouches for the body belongs into the
/// request's headers, made here from these same bytes.
http::OutgoingRequest compose(std::string url, std::string document);

/// Why the answer is no success: any 2xx is one, whatever its body.
std::optional<std::string> complaint(const http::Answer& answer);

}  // namespace pay::events
