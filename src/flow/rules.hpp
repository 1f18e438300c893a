#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "model/method.hpp"
#include "model/payment.hpp"

namespace pay {

inline constexpr std::array every_method{Method::card, Method::apple_pay, Method::google_pay, Method::paypal};
static_assert(every_method.size() == method_count);

/// Which payments go to which providers. What is absent fits all.
struct Rule {
  std::optional<Methods> methods{};
  std::vector<Currency> currencies{};     ///< empty: all
  std::vector<std::string> clients{};     ///< empty: all
  std::optional<Decimal> amount_from{};   ///< in major units of the payment's currency, inclusive
  std::optional<Decimal> amount_below{};  ///< exclusive
  std::vector<std::string> providers{};   ///< in order of preference
};

/// The first rule that fits counts; where none does, the providers that stand for all.
struct Rules {
  std::vector<Rule> rules{};
  std::vector<std::string> otherwise{};

  [[nodiscard]] const std::vector<std::string>& providers_for(const Payment& payment, Method method) const;
};

/// A rule after which this one can never be reached, or that no payment fits: why, in words; nothing: it can
/// match.
std::optional<std::string> why_never(const std::vector<Rule>& before, const Rule& rule);

}  // namespace pay
