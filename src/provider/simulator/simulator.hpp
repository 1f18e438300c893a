#pragma once

#include "provider/at_once.hpp"

namespace pay {

/// A provider that moves no money: it knows the field's test cards (`test_cards.hpp`), the names that stand
/// for them (`test_tokens.hpp`) and any wallet, and answers as their issuers would. Any number that could be
/// a real card is refused with `live_card_refused`, and nothing of it stays. A token that needs whoever pays
/// is declined with `authentication_required`: there is nobody to ask at once. Has no state: thread-safe.
class Simulator final : public AtOnceProvider {
 public:
  [[nodiscard]] std::string_view name() const override { return "simulator"; }
  [[nodiscard]] Result<Answer> authorize(const Source& source, Timestamp now) const override;
};

}  // namespace pay
