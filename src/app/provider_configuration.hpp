#pragma once

#include <string>
#include <vector>

#include "app/configuration_file.hpp"
#include "app/sources.hpp"
#include "flow/guard.hpp"
#include "flow/rules.hpp"
#include "provider/registry.hpp"

namespace pay::app {

/// The provider that has two forms: asked at once, or with outside effects as all others are.
inline constexpr std::string_view simulator_name = "simulator";

/// One provider as it is to be, whether it is used or not.
struct ProviderSetup {
  const ProviderEntry* entry = nullptr;
  Values settings;  ///< its own, by name, secrets among them: never shown
  Guard::Options guard;

  [[nodiscard]] std::string setting(std::string_view name) const;
  /// A required secret that is not there; nothing: it is complete.
  [[nodiscard]] const ProviderSetting* missing() const;
  /// It has secrets and they are there, whether it is chosen or not.
  [[nodiscard]] bool is_complete() const;
};

/// Who takes payments.
struct ProviderConfiguration {
  Rules rules{.rules = {}, .otherwise = {std::string(simulator_name)}};
  std::vector<ProviderSetup> setups;  ///< one for each that there is
  Methods methods = Methods::all();   ///< what can be paid with where a client says nothing

  /// In `--provider` or in a rule, each once, by name.
  [[nodiscard]] std::vector<std::string> chosen() const;
  [[nodiscard]] bool is_chosen(std::string_view provider) const;
  /// Those that are chosen, and those whose secrets are still there, for the payments that they have.
  [[nodiscard]] bool is_built(const ProviderSetup& setup) const;
  /// So many calls over a network may be under way at once, to those that are built.
  [[nodiscard]] std::size_t calls_at_once() const;
  /// The simulator has no outside effects.
  [[nodiscard]] bool simulates_at_once() const;
};

/// Throws ConfigurationError: unknown providers, rules that can never match or be carried out, numbers and
/// URLs that are none, what is set and would count for nothing. A secret that is missing is no error here:
/// whoever takes no payments needs none.
ProviderConfiguration configure_providers(const Sources& sources, const std::vector<RouteTable>& routes);

}  // namespace pay::app
