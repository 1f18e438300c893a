#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "model/payment.hpp"

namespace pay {

/// A number that pays nothing and is known to everyone in the field.
struct TestCard {
  std::string_view number;
  MethodType type = MethodType::credit_card;
  std::string_view decline_code{};  ///< empty: approved
};

/// All of them, ordered as the documentation lists them.
std::span<const TestCard> test_cards();

/// `digits` without blanks or hyphens.
std::optional<TestCard> find_test_card(std::string_view digits);

}  // namespace pay
