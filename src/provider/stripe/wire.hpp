#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "provider/exchange.hpp"
#include "provider/stripe/judge.hpp"

namespace pay::stripe {

/// PaymentIntents and refunds: one request for each verb, under the attempt's key.
///
/// A look-up shows what has a reference. Without one it repeats the request under the same key, for as long
/// as Stripe is sure to know that key; when that does not tell, or the card was typed and is gone, it looks
/// for the attempt in the metadata of what was created at that time: in a list, or by a search once Stripe
/// has had the time to index it. A capture or a void is repeated when the
/// intent shows that it has not happened: its state allows either once, whatever the key.
class StripeWire final : public Wire {
 public:
  /// `clock` outlives it.
  explicit StripeWire(const Clock& clock) : clock_(clock) {}

  [[nodiscard]] Step carry_out(const Instruction& instruction) const override;
  [[nodiscard]] Step look_up(const Instruction& instruction) const override;
  [[nodiscard]] Step next(const Instruction& instruction, const ProviderRequest& asked,
                          const http::CallOutcome& answer) const override;

 private:
  [[nodiscard]] bool is_older_than(const Attempt& attempt, std::chrono::minutes age) const;

  const Clock& clock_;
};

}  // namespace pay::stripe
