#include "app/audience.hpp"

#include "base/sort_unique.hpp"

namespace pay::app {

std::optional<Destination> Audience::find(std::string_view client) const {
  if (!client.empty()) {
    const auto known = clients_.find(client);
    if (known && !known->notify_url.empty()) {
      return Destination{.url = known->notify_url, .style = known->notify_style};
    }
  }
  const bool is_store_manager = client.empty() || client == store_manager_.anonymous_client;
  if (!is_store_manager || !store_manager_.url) return std::nullopt;
  return Destination{.url = *store_manager_.url, .style = NotifyStyle::store_manager};
}

std::vector<std::string> Audience::names() const {
  std::vector<std::string> names;
  for (const auto& client : clients_.all()) names.push_back(client.name);
  names.emplace_back();
  if (store_manager_.anonymous_client) names.push_back(*store_manager_.anonymous_client);
  sort_unique(names);
  std::erase_if(names, [this](const std::string& name) { return !find(name); });
  return names;
}

}  // namespace pay::app
