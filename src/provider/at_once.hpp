#pragma once

#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "model/method.hpp"
#include "provider/outcome.hpp"

namespace pay {

/// The issuer agreed to pay with this method.
struct Approved {
  PaymentMethod method;
};
using Answer = std::variant<Approved, Declined>;

/// A provider without outside effects, whose answer is known at once: it is asked before the batch, and one
/// commit does it all. Thread-safe.
class AtOnceProvider {
 public:
  virtual ~AtOnceProvider() = default;
  /// As kept with each attempt.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Errors: those of `check_card`, `live_card_refused`, and `invalid_request` for a token that it does not
  /// know. None of them is an attempt.
  [[nodiscard]] virtual Result<Answer> authorize(const Source& source, Timestamp now) const = 0;
};

}  // namespace pay
