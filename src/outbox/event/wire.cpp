#include "outbox/event/wire.hpp"

#include <fmt/format.h>

namespace pay::events {

http::OutgoingRequest compose(std::string url, std::string document) {
  return {.method = "POST", .url = std::move(url), .body = std::move(document)};
}

std::optional<std::string> complaint(const http::Answer& answer) {
  if (answer.status >= 200 && answer.status <= 299) return std::nullopt;
  return fmt::format("status {}", answer.status);
}

}  // namespace pay::events
