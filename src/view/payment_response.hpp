#pragma once

#include <string>

#include "model/payment.hpp"

namespace pay::view {

/// Room for one payment without long texts, so that a response grows once.
inline constexpr std::size_t typical_payment_size = 640;

/// The one representation of a payment, wherever it is shown.
void append_payment(std::string& out, const Payment& payment);

}  // namespace pay::view
