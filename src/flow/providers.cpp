#include "flow/providers.hpp"

#include <algorithm>
#include <utility>

namespace pay {

Providers::Providers(Rules rules, std::string at_once)
    : rules_(std::move(rules)), at_once_(std::move(at_once)) {}

void Providers::add(std::unique_ptr<Guard> guard) {
  std::string name(guard->name());
  guards_.insert_or_assign(std::move(name), std::move(guard));
}

Guard* Providers::find(std::string_view name) const {
  const auto found = guards_.find(name);
  return found == guards_.end() ? nullptr : found->second.get();
}

std::vector<Choice> Providers::choices(const Payment& payment, const KeptSource& source) const {
  const Charge charge{.source = source, .currency = payment.currency, .amount_minor = payment.amount_minor};
  std::vector<Choice> found;
  for (const auto& name : rules_.providers_for(payment, method_of(source))) {
    if (!at_once_.empty() && name == at_once_) {
      found.push_back({.provider = name, .at_once = true});
    } else if (const auto* guard = find(name); guard != nullptr && guard->takes(charge)) {
      found.push_back({.provider = name});
    }
  }
  return found;
}

std::vector<ProviderHealth> Providers::health() const {
  std::vector<ProviderHealth> all;
  if (!at_once_.empty()) all.push_back({.name = at_once_, .at_once = true});
  for (const auto& [name, guard] : guards_) all.push_back(guard->health());
  std::ranges::sort(all, {}, &ProviderHealth::name);
  return all;
}

std::vector<std::string> Providers::names() const {
  std::vector<std::string> all;
  all.reserve(guards_.size());
  for (const auto& [name, guard] : guards_) all.push_back(name);
  return all;
}

void Providers::look_after() {
  for (const auto& [name, guard] : guards_) guard->look_after();
}

void Providers::stop() {
  for (const auto& [name, guard] : guards_) guard->stop();
}

}  // namespace pay
