#include "command/instruction.hpp"

#include <fmt/format.h>

namespace pay {

Instruction instruction_of(const Payment& payment, const Attempt& attempt, std::string_view public_url) {
  return {.attempt = attempt,
          .currency = payment.currency,
          .order_id = payment.order_id,
          .description = payment.description,
          .return_url = fmt::format("{}/payments/{}/return?attempt={}", public_url, payment.id.value,
                                    provider_key(attempt))};
}

}  // namespace pay
