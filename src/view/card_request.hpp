#pragma once

#include "model/card.hpp"
#include "view/fields.hpp"

/// A card that was typed, in its two forms. What is absent or unreadable becomes a complaint that names it as
/// the client wrote it.
namespace pay::view {

/// `cardNumber, cardCode, expirationDate`.
Card read_flat_card(const Json& json, Complaints& complaints);
/// `payment_method: {number, cvc, exp_month, exp_year}`.
Card read_card_object(const Node& method, Complaints& complaints);

}  // namespace pay::view
