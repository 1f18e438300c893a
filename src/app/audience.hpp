#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/clients.hpp"
#include "outbox/destination.hpp"

namespace pay::app {

/// Who is told of whose payments: a client of its own, at its own URL; Store Manager of those that belong to
/// nobody in particular and of the anonymous client's, unless that one has an URL of its own. Any thread.
class Audience {
 public:
  struct StoreManager {
    std::optional<std::string> url;               ///< nothing: it is told nothing
    std::optional<std::string> anonymous_client;  ///< whose name its requests get
  };
  Audience(const Clients& clients, StoreManager store_manager)
      : clients_(clients), store_manager_(std::move(store_manager)) {}

  [[nodiscard]] std::optional<Destination> find(std::string_view client) const;
  /// All that are told something.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  const Clients& clients_;
  const StoreManager store_manager_;
};

}  // namespace pay::app
