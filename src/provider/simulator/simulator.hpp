#pragma once

#include "provider/provider.hpp"

namespace pay {

/// A provider that moves no money: it knows the field's test cards (`test_cards.hpp`) and answers as their
/// issuers would. Any other number that could be a real card is refused with `live_card_refused`, and
/// nothing of it stays. Has no state: thread-safe.
class Simulator final : public Provider {
 public:
  [[nodiscard]] std::string_view name() const override { return "simulator"; }
  [[nodiscard]] Result<Answer> authorize(const Card& card, Timestamp now) const override;
};

}  // namespace pay
