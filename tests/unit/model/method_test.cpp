// What can be paid with: what is kept of it, and sets of it by name.
#include "model/method.hpp"

#include <gtest/gtest.h>

namespace pay {
namespace {

TEST(KeptSource, of_a_typed_card_is_that_there_was_one) {
  const auto card = std::make_shared<const Card>(Secret("4242424242424242"), Secret("123"), Expiry{2030, 1});
  EXPECT_EQ(kept(RawCard{card}), (KeptSource{.kind = KeptSource::Kind::raw_card}));
}

TEST(KeptSource, of_a_token_or_a_wallet_is_what_asks_again) {
  EXPECT_EQ(kept(CardToken{"pm_1"}), (KeptSource{.kind = KeptSource::Kind::card_token, .token = "pm_1"}));
  EXPECT_EQ(kept(Wallet{WalletName::google_pay, "t"}),
            (KeptSource{.kind = KeptSource::Kind::wallet, .wallet = WalletName::google_pay, .token = "t"}));
}

TEST(Method, of_a_source_is_a_card_or_its_wallet) {
  EXPECT_EQ(method_of({.kind = KeptSource::Kind::raw_card}), Method::card);
  EXPECT_EQ(method_of({.kind = KeptSource::Kind::card_token}), Method::card);
  for (const auto wallet : {WalletName::apple_pay, WalletName::google_pay, WalletName::paypal})
    EXPECT_EQ(name(method_of({.kind = KeptSource::Kind::wallet, .wallet = wallet})), name(wallet));
}

TEST(Methods, are_read_as_they_are_written) {
  struct Case {
    std::string_view text;
    std::string_view written;  ///< empty: it is none
  };
  constexpr auto cases = std::to_array<Case>({
      {"card", "card"},
      {"paypal,card", "card,paypal"},
      {" card , wallet ", "card,apple_pay,google_pay,paypal"},
      {"apple_pay,apple_pay", "apple_pay"},
      {"", ""},
      {"card,", ""},
      {"Card", ""},
      {"card paypal", ""},
      {"cash", ""},
  });
  for (const auto& [text, written] : cases) {
    const auto methods = Methods::parse(text);
    EXPECT_EQ(methods.has_value(), !written.empty()) << text;
    if (methods) EXPECT_EQ(methods->text(), written) << text;
  }
  EXPECT_EQ(Methods::parse(Methods::all().text()), Methods::all());
}

TEST(Methods, of_nobody_are_none) {
  EXPECT_TRUE(Methods{}.empty());
  EXPECT_FALSE(Methods{}.has(Method::card));
  EXPECT_FALSE(Methods::all().empty());
}

}  // namespace
}  // namespace pay
