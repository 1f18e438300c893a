#pragma once

#include <span>
#include <string_view>

#include "model/payment.hpp"

namespace pay {

/// A name that stands for a test card and is known to everyone in the field: Stripe's test payment methods
/// (docs.stripe.com/testing).
struct TestToken {
  std::string_view token;           ///< without `pm_card_` or `tok_`: `visa_debit`
  std::string_view number;          ///< of the test card that it stands for
  std::string_view decline_code{};  ///< empty: approved
  bool needs_payer = false;         ///< approved once whoever pays has been asked
};

std::span<const TestToken> test_tokens();

/// By `pm_card_visa` or `tok_visa`; nothing when it is none of them.
const TestToken* find_test_token(std::string_view token);

/// What pays behind a token: its card, which expires at the end of next year.
PaymentMethod method_of(const TestToken& token, Timestamp now);

}  // namespace pay
