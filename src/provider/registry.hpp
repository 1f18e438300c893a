#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/client.hpp"
#include "provider/provider.hpp"
#include "provider/webhook.hpp"

namespace pay {

/// One setting of a provider: `stripe-secret-key`, `STRIPE_SECRET_KEY`. Secrets have no flag, which the list
/// of processes would show: they come from the environment or the configuration file.
struct ProviderSetting {
  std::string_view name;
  std::string_view environment;
  std::string_view fallback;
  std::string_view help;
  enum class Kind : std::uint8_t {
    text,
    url,              ///< where an API stands; checked, and without a slash at its end
    secret,           ///< never shown
    required_secret,  ///< never shown; without it the provider cannot be used
    is_switch         ///< `true` or `false`
  } kind = Kind::text;
};

/// What a provider is built with. All outlive it.
struct ProviderParts {
  /// The value of one of its settings, by name; empty: none.
  std::function<std::string(std::string_view name)> setting;
  http::Client& client;
  const Clock& clock;
  std::chrono::milliseconds deadline;
};

/// A provider as it is built: `webhook` is nothing when it sends none, or when what it needs for it is not
/// set.
struct BuiltProvider {
  std::unique_ptr<Provider> provider;
  std::unique_ptr<WebhookDoor> webhook{};
};

/// A provider that can be chosen.
struct ProviderEntry {
  std::string_view name;
  std::span<const ProviderSetting> settings;
  /// Throws std::invalid_argument, with one line that says what to write instead, for a setting that cannot
  /// be used.
  BuiltProvider (*build)(const ProviderParts& parts);
  /// Whether it can ever take a payment by this method, in this currency (nothing: in any); without it, it
  /// can take all.
  bool (*serves)(Method method, std::optional<Currency> currency) = nullptr;
};

/// All of them, one line each.
std::span<const ProviderEntry> provider_registry();

/// Nothing when there is no such provider.
const ProviderEntry* find_provider(std::string_view name);

}  // namespace pay
