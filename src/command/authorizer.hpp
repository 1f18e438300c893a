#pragma once

#include "command/commands.hpp"

namespace pay {

/// Makes a wish to pay a command, with the answer of the provider without outside effects, if there is one:
/// it is asked before the batch, and from then on one commit does it all. Thread-safe.
class Authorizer {
 public:
  /// `provider` may be nothing. As the only one that is set up, whatever it refuses to look at is refused;
  /// else another one may take it, and what it said travels with the command.
  Authorizer(const AtOnceProvider* provider, bool is_the_only_one, const Clock& clock)
      : provider_(provider), is_the_only_one_(is_the_only_one), clock_(clock) {}

  /// Errors: those of `check_card` for a card that was typed, whatever the payment's state; as the only one,
  /// those of `AtOnceProvider::authorize`. Of the card, only what `PaymentMethod` holds is ever saved.
  [[nodiscard]] Result<ProcessPayment> authorize(PaymentId id, const Source& source,
                                                 std::string return_url = {}) const;

 private:
  const AtOnceProvider* provider_;
  bool is_the_only_one_;
  const Clock& clock_;
};

}  // namespace pay
