#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/provider_configuration.hpp"
#include "flow/providers.hpp"
#include "http/client.hpp"
#include "provider/webhook.hpp"

namespace pay::app {

/// Throws ConfigurationError when a provider that is chosen cannot be built: a secret is missing, or a
/// setting makes no sense. For a start, before anything else is done.
void check_providers(const ProviderConfiguration& configuration);

/// What an operator may not have meant, a sentence each.
std::vector<std::string> doubts_about(const ProviderConfiguration& configuration);

/// One that moves money, and knows nothing of this machine.
bool has_real_provider(const ProviderConfiguration& configuration);

/// The providers with outside effects of a running service: those that are chosen, and those whose secrets
/// are still there, for the payments that they have. With none of them it has no thread.
class ProviderSet {
 public:
  /// What it is built with. All outlive it.
  struct Parts {
    const Clock& clock;
    ProviderObserver& observer;
  };
  /// Throws ConfigurationError as `check_providers` does.
  ProviderSet(const ProviderConfiguration& configuration, Parts parts);
  /// As `stop`.
  ~ProviderSet();
  ProviderSet(const ProviderSet&) = delete;
  ProviderSet& operator=(const ProviderSet&) = delete;

  [[nodiscard]] Providers& providers() { return providers_; }
  /// How long a call to any of them may take, its wait in the guard included; 0 when there are none.
  [[nodiscard]] std::chrono::milliseconds longest_call() const { return longest_call_; }
  /// Nothing when that provider sends none, or is not set up.
  [[nodiscard]] WebhookDoor* webhook(std::string_view provider) const;

  /// Nobody is asked any more, and calls under way end: nobody knows what becomes of them. Not on the thread
  /// of a call.
  void stop();

 private:
  void add(const ProviderSetup& setup, Parts parts);

  std::unique_ptr<http::Client> client_;  ///< nothing: there is nobody to call
  Providers providers_;
  std::map<std::string, std::unique_ptr<WebhookDoor>, std::less<>> webhooks_;
  std::chrono::milliseconds longest_call_{0};
};

}  // namespace pay::app
