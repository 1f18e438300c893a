#pragma once

#include <span>

#include "provider/registry.hpp"

namespace pay {

std::span<const ProviderSetting> stripe_settings();

/// Cards by token, typed cards where `stripe-allow-raw-cards` says so, and the wallets that are cards.
/// Throws std::invalid_argument for a setting that cannot be used.
BuiltProvider build_stripe(const ProviderParts& parts);

/// All but PayPal's wallet, in every currency that Stripe can write.
bool stripe_serves(Method method, std::optional<Currency> currency);

}  // namespace pay
