#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/client.hpp"
#include "model/notification.hpp"

namespace pay {

/// Where a client is told, and how.
struct Destination {
  std::string url;
  NotifyStyle style = NotifyStyle::store_manager;
  bool operator==(const Destination&) const = default;
};

/// Of a client by name; nothing: it is told nothing. Any thread.
using FindDestination = std::function<std::optional<Destination>(std::string_view client)>;

/// The event as JSON, as the API shows it.
using RenderEvent = std::function<std::string(const Event&)>;

/// The request that tells of an event; signatures would join here. Its timeout is the caller's to set.
http::OutgoingRequest compose(const Destination& destination, const Event& event, const RenderEvent& render);

/// Why an answer is not the receiver's word that it knows; nothing: it is.
std::optional<std::string> complaint(NotifyStyle style, const http::Answer& answer);

}  // namespace pay
