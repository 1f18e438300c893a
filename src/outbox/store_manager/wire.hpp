#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/client.hpp"
#include "model/event.hpp"

/// How Store Manager is told that an order is paid, or no longer is. Pure.
namespace pay::store_manager {

/// PUT of `{order_id, is_paid, payment_id}`. Both forms in the field are served: each `{order_id}` in the URL
/// becomes the order's id, a URL without one is taken as it is.
http::OutgoingRequest compose(std::string_view url, const Event& event);

/// Why the answer is no success, in a fixed text without a word of the receiver's. An unknown order is
/// answered with 200 too: `"updated": true` alone counts.
std::optional<std::string> complaint(const http::Answer& answer);

}  // namespace pay::store_manager
