#pragma once

#include <cstdint>
#include <optional>

#include "model/money.hpp"

namespace pay::stripe {

/// An amount in minor units as Stripe writes it (https://docs.stripe.com/currencies). Nothing when Stripe
/// cannot write it: a fraction that it does not know, or a currency whose decimals it does not tell.
std::optional<std::int64_t> amount_of(std::int64_t minor, Currency currency);

}  // namespace pay::stripe
