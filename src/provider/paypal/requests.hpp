#pragma once

#include "provider/exchange.hpp"

/// What is asked of PayPal: Orders v2 and Payments v2. Each POST carries a PayPal-Request-Id made of the
/// attempt's key, so that asked again it does nothing twice.
namespace pay::paypal {

enum class Ask : std::uint8_t {
  make_order,
  take_order,           ///< captures or authorizes an order that whoever pays has approved
  show_order,           ///< and takes it if it is approved
  show_order_again,     ///< after taking it was refused: it is not taken once more in the same exchange
  capture,              ///< what is held
  show_capture,         ///< made by this attempt
  show_authorization,   ///< after it could not be captured, or voided
  show_captured_order,  ///< to find the capture in it
  void_authorization,
  show_order_let_go,  ///< what it was to void is an order that nobody has taken yet
  refund,
  refund_again,
  show_refund
};

/// `amount` is PayPal's text of the call's amount.
ProviderRequest make_order(const Instruction& instruction, std::string_view amount);
ProviderRequest take_order(const Instruction& instruction, std::string_view order);
ProviderRequest capture(const Instruction& instruction, std::string_view amount);
ProviderRequest void_authorization(const Instruction& instruction);
/// `ask` is `refund` or `refund_again`.
ProviderRequest refund(const Instruction& instruction, std::string_view amount, Ask ask);
/// One of the `show_…`, by the name of what is shown.
ProviderRequest show(Ask ask, std::string_view name);

Ask asked_for(const ProviderRequest& request);
/// The order that a request is about; empty: none.
std::string_view order_in(const ProviderRequest& request);

/// What is kept of an order that its payer approved and that we have asked to be taken: PayPal may be at it
/// for days, and must not be believed to have forgotten an order that nobody wanted.
std::string being_taken(std::string_view order);
bool is_being_taken(std::string_view reference);
/// The order's own name, of either kind of reference.
std::string_view order_named(std::string_view reference);

/// Sends nobody anywhere: it is done, or not, within the one request that makes it.
bool is_direct(const KeptSource& source);

/// The name by which PayPal knows a payment of ours.
std::string custom_id(const Attempt& attempt);

/// The call of an instruction to a provider, which always has one.
const ProviderCall& call_of(const Instruction& instruction);

}  // namespace pay::paypal
