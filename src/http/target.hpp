#pragma once

#include <string_view>

#include "http/message.hpp"

namespace pay::http {

/// Splits a request's target (RFC 9112, section 3.2: origin form, absolute form, or `*` with OPTIONS) into
/// `request.path` and `request.query`. False when it has none of these forms or a bad escape in its path.
/// `request.method` is set before; `target` outlives the request.
bool read_target(std::string_view target, Request& request);

/// What may stand in a Host field or before the path of an absolute target. Looser than RFC 3986 where names
/// in use are (underscores), strict on all that separates.
bool is_authority(std::string_view text);

}  // namespace pay::http
