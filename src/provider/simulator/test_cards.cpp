#include "provider/simulator/test_cards.hpp"

#include <algorithm>
#include <array>

namespace pay {
namespace {

constexpr auto credit = MethodType::credit_card;
constexpr auto debit = MethodType::debit_card;
constexpr auto prepaid = MethodType::prepaid_card;

constexpr auto cards = std::to_array<TestCard>({
    {"4242424242424242", credit},
    {"4111111111111111", credit},
    {"4000056655665556", debit},
    {"5555555555554444", credit},
    {"2223003122003222", credit},
    {"5200828282828210", debit},
    {"5105105105105100", prepaid},
    {"378282246310005", credit},
    {"6011111111111117", credit},
    {"30569309025904", credit},
    {"3566002020360505", credit},
    {"6200000000000005", credit},
    // Fails Luhn, and is what existing clients and their tests send.
    {"9999999999999", credit},

    {"4000000000000002", credit, "generic_decline"},
    {"4000000000009995", credit, "insufficient_funds"},
    {"4000000000009987", credit, "lost_card"},
    {"4000000000009979", credit, "stolen_card"},
    {"4000000000000069", credit, "expired_card"},
    {"4000000000000127", credit, "incorrect_cvc"},
    {"4000000000000119", credit, "processing_error"},
    {"4000000000006975", credit, "card_velocity_exceeded"},
    {"4100000000000019", credit, "fraudulent"},
});

}  // namespace

std::span<const TestCard> test_cards() {
  return cards;
}

std::optional<TestCard> find_test_card(std::string_view digits) {
  const auto card = std::ranges::find(cards, digits, &TestCard::number);
  if (card == cards.end()) return {};
  return *card;
}

}  // namespace pay
