#include "provider/registry.hpp"

#include <algorithm>
#include <array>

#include "provider/paypal/paypal.hpp"
#include "provider/simulator/simulated_provider.hpp"
#include "provider/stripe/stripe.hpp"

namespace pay {

std::span<const ProviderEntry> provider_registry() {
  static const std::array table{
      ProviderEntry{"simulator", simulator_settings(), &build_simulator},
      ProviderEntry{"stripe", stripe_settings(), &build_stripe, &stripe_serves},
      ProviderEntry{"paypal", paypal_settings(), &build_paypal, &paypal_serves},
  };
  return table;
}

const ProviderEntry* find_provider(std::string_view name) {
  const auto table = provider_registry();
  const auto found = std::ranges::find(table, name, &ProviderEntry::name);
  return found == table.end() ? nullptr : &*found;
}

}  // namespace pay
