#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "command/routing.hpp"
#include "flow/guard.hpp"
#include "flow/rules.hpp"

namespace pay {

/// The providers with outside effects that are set up, by name, each behind its guard, and the rules by which
/// payments find them. Thread-safe once it is built.
class Providers final : public Routing {
 public:
  /// `at_once` is the name of the provider without outside effects; empty: there is none.
  Providers(Rules rules, std::string at_once);

  /// Before anybody uses it.
  void add(std::unique_ptr<Guard> guard);

  /// Nothing when it is not set up.
  [[nodiscard]] Guard* find(std::string_view name) const;
  [[nodiscard]] std::vector<Choice> choices(const Payment& payment, const KeptSource& source) const override;
  /// Of all, the one without outside effects included, by name.
  [[nodiscard]] std::vector<ProviderHealth> health() const;
  /// Of those with outside effects.
  [[nodiscard]] std::vector<std::string> names() const;
  /// No provider with outside effects is set up.
  [[nodiscard]] bool empty() const { return guards_.empty(); }
  void look_after();
  void stop();

 private:
  const Rules rules_;
  const std::string at_once_;
  std::map<std::string, std::unique_ptr<Guard>, std::less<>> guards_;
};

}  // namespace pay
