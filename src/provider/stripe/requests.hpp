#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "provider/exchange.hpp"

/// What Stripe is sent: https://docs.stripe.com/api/payment_intents and /refunds. Pure.
namespace pay::stripe {

/// Which request an answer belongs to. `_again`: asked for once more, while looking up.
enum class Ask : std::uint8_t {
  create,
  create_again,
  show,         ///< the intent of an authorization
  search_page,  ///< intents of about that time, newest first
  search,       ///< by metadata, which Stripe indexes minutes later
  capture,
  show_for_capture,
  capture_again,
  cancel,
  show_for_cancel,
  cancel_again,
  refund,
  refund_again,
  show_refund,
  list_refunds
};

/// The names of what we keep with each object at Stripe, by which its answers are known as ours.
inline constexpr std::string_view payment_id_name = "payment_id";
inline constexpr std::string_view attempt_name = "attempt";

/// What the attempt asks of a provider. An attempt without that is a bug.
const ProviderCall& call_of(const Instruction& instruction);

/// With the amount as Stripe writes it.
struct Verb {
  const Instruction& instruction;
  std::int64_t amount;
};

ProviderRequest create_intent(const Verb& verb, Ask step);
ProviderRequest show_intent(std::string_view id, Ask step);
/// One page of those that were created about when the attempt was. `after` is the last one seen; empty: none.
ProviderRequest page_of_intents(const Instruction& instruction, std::string_view after);
ProviderRequest search_intent(const Instruction& instruction);
ProviderRequest capture_intent(const Verb& verb, Ask step);
ProviderRequest cancel_intent(const Instruction& instruction, Ask step);
ProviderRequest create_refund(const Verb& verb, Ask step);
ProviderRequest show_refund(std::string_view id);
/// One page of the intent's. `after` is the last one seen; empty: none.
ProviderRequest page_of_refunds(const Instruction& instruction, std::string_view after);

}  // namespace pay::stripe
