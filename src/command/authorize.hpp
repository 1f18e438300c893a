#pragma once

#include "command/commands.hpp"

namespace pay {

/// Asks a provider without outside effects, and makes its answer a command: from then on one commit does it
/// all. Errors: those of `Provider::authorize`. Nothing of the card but what `PaymentMethod` holds is in the
/// command when it is saved.
Result<ProcessPayment> authorize(PaymentId id, const Card& card, const Provider& provider, Timestamp now);

}  // namespace pay
