#pragma once

#include <boost/json/object.hpp>

#include "provider/paypal/requests.hpp"

/// What PayPal's orders, authorizations, captures and refunds mean for an attempt. Nothing succeeds without
/// proof: the payment, the currency and the amount are those of the attempt, else nobody knows.
namespace pay::paypal {

/// What is to be done about an order.
enum class Next : std::uint8_t {
  take,  ///< whoever pays has approved it
  show   ///< the answer says too little to judge
};
using OrderJudgement = std::variant<Outcome, Next>;

OrderJudgement judge_order(const Instruction& instruction, const boost::json::object& order);

/// How long a payer has to approve an order: three hours by PayPal's default, as its partners document it
/// (docs.mangopay.com/errors/codes/201003).
inline constexpr std::chrono::hours time_to_approve{3};

/// An order that was asked to be taken, and of which PayPal has not said what came of it.
Pending still_taken(const Instruction& instruction, std::string_view order);

/// A capture that this attempt made, or a refund. `reference` of what succeeded is its name.
Outcome judge_capture(const Instruction& instruction, const boost::json::object& capture);
Outcome judge_refund(const Instruction& instruction, const boost::json::object& refund);

/// An authorization that was to be voided. One that was denied or has expired holds nothing either.
Outcome judge_voided(const Instruction& instruction, const boost::json::object& authorization);

/// The capture in an order whose authorization was captured before it was asked for: this attempt's, as far
/// as the amount tells.
Outcome judge_captured_order(const Instruction& instruction, const boost::json::object& order);

}  // namespace pay::paypal
