#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "controller/call.hpp"

namespace pay::controller {

/// What is answered without the database.
enum class Page : std::uint8_t { welcome, live, metrics, openapi, docs, providers };

/// Who comes because of a provider: its webhook, and a payer who was sent to its page.
enum class Arrival : std::uint8_t { webhook, payer };

/// Who may ask: clients by their keys (see `Clients`), or anyone at all.
enum class Access : std::uint8_t { clients, anyone };

using CommandEndpoint = Result<Command> (*)(const Call&);
using QueryEndpoint = Result<Query> (*)(const Call&);

struct Route {
  std::string_view method;
  std::string_view pattern;
  std::variant<CommandEndpoint, QueryEndpoint, Page, Arrival> endpoint;
  Access access = Access::clients;
};

/// Every path that the service answers: what changes something, what asks, and what just is.
std::span<const Route> routes();

}  // namespace pay::controller
