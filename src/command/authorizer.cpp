#include "command/authorizer.hpp"

#include "command/fingerprint.hpp"

namespace pay {

Result<ProcessPayment> Authorizer::authorize(PaymentId id, const Card& card) const {
  auto answer = provider_.authorize(card, clock_.now());
  if (!answer) return std::unexpected(std::move(answer.error()));
  return ProcessPayment{.id = id,
                        .provider = std::string(provider_.name()),
                        .answer = *std::move(answer),
                        .card_outline = card_outline(card)};
}

}  // namespace pay
