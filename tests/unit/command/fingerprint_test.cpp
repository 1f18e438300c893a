// Which requests are the same command: the same print for equal ones, another for every field that means
// something.
#include "command/fingerprint.hpp"

#include <gtest/gtest.h>

#include <set>

#include "unit/command/samples.hpp"

namespace pay::test {
namespace {

template <class C, class Change>
C changed(C command, Change change) {
  change(command);
  return command;
}

/// One of each kind and with each field, all of which must differ.
std::vector<Command> different_commands() {
  const auto base = create();
  return {
      base,
      changed(base, [](CreatePayment& c) { c.order_id = {12}; }),
      changed(base, [](CreatePayment& c) { c.user_id = {14}; }),
      changed(base,
              [](CreatePayment& c) {
                c.order_id = {13};
                c.user_id = {11};
              }),
      changed(base, [](CreatePayment& c) { c.amount = amount("100.01"); }),
      changed(base, [](CreatePayment& c) { c.amount = amount("100.02"); }),
      changed(base, [](CreatePayment& c) { c.currency = *Currency::find("USD"); }),
      changed(base, [](CreatePayment& c) { c.capture_method = CaptureMethod::manual; }),
      changed(base, [](CreatePayment& c) { c.description = "x"; }),
      changed(base, [](CreatePayment& c) { c.metadata = {{"a", "b"}}; }),
      changed(base, [](CreatePayment& c) { c.metadata = {{"ab", ""}}; }),
      changed(base, [](CreatePayment& c) { c.metadata = {{"a", "b"}, {"c", "d"}}; }),
      process(),
      process({8}),
      process({7}, "visa 424242 4243 2030-1"),
      token_process({7}, "pm_1"),
      token_process({7}, "pm_2"),
      changed(process(), [](ProcessPayment& c) { c.return_url = "https://shop.test"; }),
      SettleAttempt{.id = {7}, .attempt = {1}, .outcome = Pending{}},
      SettleAttempt{.id = {7}, .attempt = {2}, .outcome = Pending{}},
      SettleAttempt{.id = {7}, .attempt = {1}, .outcome = Unknown{}},
      LookUpAttempt{.id = {7}},
      LookUpAttempt{.id = {7}, .key = "attempt-1"},
      HintAttempt{.id = {7}, .provider = "bank"},
      HintAttempt{.id = {7}, .provider = "other"},
      ResolveAttempt{.id = {7}, .attempt = {1}, .as = AttemptOutcome::succeeded, .because = "seen"},
      ResolveAttempt{.id = {7}, .attempt = {1}, .as = AttemptOutcome::declined, .because = "seen"},
      ResolveAttempt{.id = {7}, .attempt = {1}, .as = AttemptOutcome::declined, .because = "told"},
      ResolveAttempt{
          .id = {7}, .attempt = {1}, .as = AttemptOutcome::declined, .because = "told", .reference = "pi_1"},
      CapturePayment{.id = {7}},
      CapturePayment{.id = {8}},
      CapturePayment{.id = {7}, .amount = amount("1")},
      CapturePayment{.id = {7}, .amount = amount("10")},
      CancelPayment{.id = {7}},
      CancelPayment{.id = {7}, .reason = "x"},
      RefundPayment{.id = {7}},
      RefundPayment{.id = {7}, .reason = "x"},
      RefundPayment{.id = {7}, .amount = amount("1")},
      RefundPayment{.id = {7}, .amount = amount("1"), .reason = "x"},
      RefundPayment{.id = {7}, .amount = amount("2")},
      RefundPayment{.id = {71}, .amount = amount("2")},
      UndoPayment{.id = {7}},
      UndoOrder{.order_id = {7}, .wording = UndoOrder::Wording::cancel},
      UndoOrder{.order_id = {7}, .wording = UndoOrder::Wording::refund},
      UndoOrder{.order_id = {8}, .wording = UndoOrder::Wording::refund},
      ExpirePayment{.id = {7}},
      RetryNotification{.id = {7}},
      RetryNotification{.id = {8}},
      SettleNotifications{},
      SettleNotifications{{{.id = {7}}}},
      SettleNotifications{{{.id = {7}}, {.id = {8}}}},
      SettleNotifications{{{.id = {7}, .kind = Settlement::Kind::dead}}},
      SettleNotifications{{{.id = {7}, .at = start_of_tests}}},
      SettleNotifications{{{.id = {7}, .retry_in = 1s}}},
      SettleNotifications{{{.id = {7}, .last_error = "500"}}},
  };
}

TEST(Fingerprint, differs_where_any_meaningful_field_differs) {
  const auto commands = different_commands();
  std::set<Fingerprint> prints;
  for (const auto& command : commands) prints.insert(fingerprint(command));
  EXPECT_EQ(prints.size(), commands.size());
}

TEST(Fingerprint, is_the_same_for_noise_of_an_amount_and_another_order_of_metadata) {
  const auto base = changed(create(), [](CreatePayment& c) { c.metadata = {{"a", "1"}, {"b", "2"}}; });
  const auto noisy = changed(base, [](CreatePayment& c) { c.amount = amount("100.0000001"); });
  const auto turned = changed(base, [](CreatePayment& c) { c.metadata = {{"b", "2"}, {"a", "1"}}; });
  EXPECT_EQ(fingerprint(noisy), fingerprint(base));
  EXPECT_EQ(fingerprint(turned), fingerprint(base));
}

TEST(Fingerprint, is_the_same_for_the_same_command) {
  const auto once = different_commands();
  const auto again = different_commands();
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(fingerprint(once.at(i)), fingerprint(again.at(i))) << i;
  }
}

TEST(Fingerprint, sees_an_amount_and_not_how_it_was_written) {
  EXPECT_EQ(fingerprint(refund_of("1.50")), fingerprint(refund_of("1.5")));
  EXPECT_EQ(fingerprint(refund_of("150")), fingerprint(refund_of("1.5e2")));
}

TEST(Fingerprint, does_not_see_what_the_provider_answered) {
  auto declined = process();
  declined.at_once = Answer{Declined{"generic_decline"}};
  EXPECT_EQ(fingerprint(process()), fingerprint(declined));
}

/// Keys outlive an upgrade: what this was before there were tokens and wallets.
TEST(Fingerprint, of_a_typed_card_stays_what_it_was) {
  EXPECT_EQ(fingerprint(process()), (Fingerprint{0x9d, 0x58, 0x1d, 0xb0, 0x4e, 0xbe, 0x01, 0xa4, 0x0f, 0x68,
                                                 0x54, 0xbc, 0xf5, 0x9f, 0xdf, 0x08}));
}

TEST(Outline, of_a_token_is_its_kind_and_text) {
  EXPECT_EQ(outline(CardToken{"pm_1"}), "card_token pm_1");
  EXPECT_EQ(outline(Wallet{.wallet = WalletName::google_pay, .token = "t"}), "wallet google_pay t");
  EXPECT_NE(outline(Wallet{.wallet = WalletName::apple_pay, .token = "t"}), outline(CardToken{"t"}));
  const auto typed = std::make_shared<const Card>(Secret("4242424242424242"), Secret("1"), Expiry{2030, 1});
  EXPECT_EQ(outline(RawCard{typed}), card_outline(*typed));
}

/// What of a card goes into the print, by its number, security code and expiry.
std::string outline_of(std::string_view number, std::string_view cvc, Expiry expiry = {2030, 1}) {
  return card_outline(Card{Secret(number), Secret(cvc), expiry});
}

TEST(CardOutline, does_not_hold_the_security_code) {
  EXPECT_EQ(outline_of("4242424242424242", "123"), outline_of("4242424242424242", "999"));
}

TEST(CardOutline, holds_the_first_six_the_last_four_and_the_expiry) {
  const auto base = outline_of("4242424242424242", "123");
  EXPECT_NE(base, outline_of("4242424242424243", "123"));
  EXPECT_NE(base, outline_of("4242434242424242", "123"));
  EXPECT_NE(base, outline_of("4242424242424242", "123", {2030, 2}));
  EXPECT_NE(base, outline_of("4242424242424242", "123", {2031, 1}));
}

TEST(CardOutline, does_not_hold_the_digits_in_between) {
  EXPECT_EQ(outline_of("4242420000004242", "123"), outline_of("4242429999994242", "123"));
  EXPECT_EQ(outline_of("4242421234564242", "123").find("123456"), std::string::npos);
}

TEST(CardOutline, of_a_short_number_is_no_mistake) {
  EXPECT_NE(outline_of("123", "1"), outline_of("", "1"));
}

}  // namespace
}  // namespace pay::test
