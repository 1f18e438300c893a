#pragma once

#include "base/clock.hpp"
#include "provider/exchange.hpp"

namespace pay::paypal {

/// PayPal's language: Orders v2 and Payments v2. docs/providers.md says which answer means what, and where
/// that is written.
///
/// An attempt to authorize is an order; its reference is the order's name while it is open, and the name of
/// the authorization or capture in it once it has succeeded. That is what captures, voids and refunds are
/// about.
class PayPalWire final : public Wire {
 public:
  /// PayPal keeps the PayPal-Request-Id of an order for six hours (its OpenAPI file of Orders v2), and those
  /// of captures and refunds for 45 days (Payments v2). An order that takes money at once is not asked for
  /// again after that; the rest is for clocks that differ.
  static constexpr std::chrono::hours order_is_known{5};

  explicit PayPalWire(const Clock& clock) : clock_(clock) {}

  [[nodiscard]] Step carry_out(const Instruction& instruction) const override;
  [[nodiscard]] Step look_up(const Instruction& instruction) const override;
  [[nodiscard]] Step next(const Instruction& instruction, const ProviderRequest& asked,
                          const http::CallOutcome& answer) const override;

 private:
  [[nodiscard]] Step look_up_order(const Instruction& instruction) const;

  const Clock& clock_;
};

}  // namespace pay::paypal
