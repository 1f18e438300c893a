#pragma once

#include "command/commands.hpp"

namespace pay {

/// Asks a provider without outside effects, and makes its answer a command: from then on one commit does it
/// all. Thread-safe.
class Authorizer {
 public:
  Authorizer(const Provider& provider, const Clock& clock) : provider_(provider), clock_(clock) {}

  /// Errors: those of `Provider::authorize`. Of the card, only what `PaymentMethod` holds is ever saved.
  [[nodiscard]] Result<ProcessPayment> authorize(PaymentId id, const Card& card) const;

 private:
  const Provider& provider_;
  const Clock& clock_;
};

}  // namespace pay
