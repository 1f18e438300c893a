#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/money.hpp"

/// Amounts as PayPal writes them: decimal text in major units. Its list of currencies, and which of them have
/// no decimals there, is developer.paypal.com/api/rest/reference/currency-codes: beside the yen the forint
/// and the Taiwan dollar, which have two in ISO 4217.
namespace pay::paypal {

/// `10.50`, `500`. Nothing for a currency that PayPal does not take, and for an amount that it cannot write
/// (half a forint).
std::optional<std::string> amount_text(std::int64_t minor, Currency currency);

/// Whether PayPal's text says this amount: `10.5` and `10.50` do. The currency is compared by the caller.
bool says_amount(std::string_view text, std::int64_t minor, Currency currency);

}  // namespace pay::paypal
