#include "command/authorize.hpp"

#include "command/fingerprint.hpp"

namespace pay {

Result<ProcessPayment> authorize(PaymentId id, const Card& card, const Provider& provider, Timestamp now) {
  auto answer = provider.authorize(card, now);
  if (!answer) return std::unexpected(std::move(answer.error()));
  return ProcessPayment{.id = id,
                        .provider = std::string(provider.name()),
                        .answer = *std::move(answer),
                        .card_outline = card_outline(card)};
}

}  // namespace pay
