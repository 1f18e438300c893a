#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "model/attempt.hpp"
#include "provider/outcome.hpp"

/// The port to those who take money.
namespace pay {

/// What a provider is asked to do, or is asked about. A value: it may be kept, and asked for again.
struct Instruction {
  Attempt attempt;  ///< with its call; `attempt.kind` says what: authorize, capture, void or refund
  Currency currency;
  OrderId order_id;
  std::string description{};           ///< of the payment; empty: none
  std::shared_ptr<const Card> card{};  ///< a card that was typed, the first time only; else nothing
  std::string return_url{};  ///< ours: where the provider sends whoever paid at its page, with `?attempt=KEY`
};

/// What an authorization would be of, to find out who takes it.
struct Charge {
  KeptSource source;
  Currency currency;
  std::int64_t amount_minor = 0;
};

/// A provider with outside effects. Thread-safe; `done` is called once, on any thread, within the provider's
/// deadline, perhaps before the call returns; it must not block.
class Provider {
 public:
  using Done = std::move_only_function<void(Outcome)>;

  virtual ~Provider() = default;
  /// As kept with each attempt: `stripe`.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Whether such a charge can be sent to it at all.
  [[nodiscard]] virtual bool takes(const Charge& charge) const = 0;
  /// Authorizes, captures, voids or refunds. Asked again with the same attempt, it does nothing twice.
  virtual void carry_out(const Instruction& instruction, Done done) = 0;
  /// Asks what became of it, and goes on with what whoever pays has agreed to meanwhile. With no reference,
  /// it carries it out again under the same key, unless that could do it twice.
  virtual void look_up(const Instruction& instruction, Done done) = 0;
};

}  // namespace pay
