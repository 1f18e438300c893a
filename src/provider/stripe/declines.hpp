#pragma once

#include <optional>
#include <string_view>

namespace pay::stripe {

/// Our word for a `decline_code`, or for the `code` of a card error that has none. `generic_decline` for one
/// that is not in the table. Static text.
std::string_view decline_of(std::string_view code);

/// Our word for the `code` of a request that Stripe refuses for good, although nothing is wrong with how it
/// is written. Nothing: another code.
std::optional<std::string_view> refusal_of(std::string_view code);

}  // namespace pay::stripe
