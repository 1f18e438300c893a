#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "model/payment.hpp"

namespace pay {

/// The issuer agreed to pay with this method.
struct Approved {
  PaymentMethod method;
};
/// The issuer said no, in the field's words: `insufficient_funds`, `generic_decline`, …
struct Declined {
  std::string decline_code;
};
using Answer = std::variant<Approved, Declined>;

/// Who takes money. This is the kind without outside effects, whose answer is known at once: it is asked
/// before the batch, and one commit does it all. Thread-safe.
class Provider {
 public:
  virtual ~Provider() = default;
  /// As kept with each attempt.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Errors: those of `check_card`, and `live_card_refused`. None of them is an attempt.
  [[nodiscard]] virtual Result<Answer> authorize(const Card& card, Timestamp now) const = 0;
};

}  // namespace pay
