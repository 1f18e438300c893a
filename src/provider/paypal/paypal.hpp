#pragma once

#include "provider/registry.hpp"

namespace pay {

/// PayPal: its own wallet, by its page or by a token, and cards by a token. A card that was typed is sent to
/// it only when `paypal-allow-raw-cards` is set.
BuiltProvider build_paypal(const ProviderParts& parts);
std::span<const ProviderSetting> paypal_settings();
/// Cards and its own wallet, in its currencies.
bool paypal_serves(Method method, std::optional<Currency> currency);

}  // namespace pay
