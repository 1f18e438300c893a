// What PayPal is sent, byte by byte: the wire has no network.
#include "provider/paypal/requests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "provider/paypal/wire.hpp"
#include "unit/provider/paypal_samples.hpp"

namespace pay::paypal {
namespace {

using test::noon;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ProviderRequest first_request(const Instruction& instruction) {
  auto step = PayPalWire{noon}.carry_out(instruction);
  EXPECT_TRUE(std::holds_alternative<ProviderRequest>(step));
  return std::get<ProviderRequest>(std::move(step));
}

TEST(PayPalRequest, of_a_saved_card_is_an_order_that_takes_the_money) {
  const auto instruction = test::charge();
  const auto request = first_request(instruction);
  const auto key = provider_key(instruction.attempt);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/v2/checkout/orders");
  EXPECT_TRUE(request.repeatable);
  EXPECT_THAT(request.headers, ElementsAre("PayPal-Request-Id: " + key, "Prefer: return=representation"));
  EXPECT_EQ(
      request.body,
      R"({"intent":"CAPTURE","purchase_units":[{"reference_id":"1001","custom_id":"1001","invoice_id":")" +
          key +
          R"(","amount":{"currency_code":"CAD","value":"10.50"}}],"payment_source":{"card":)"
          R"({"vault_id":"VAULT-1","experience_context":)"
          R"({"return_url":"https://pay.example/payments/1001/return?attempt=k",)"
          R"("cancel_url":"https://pay.example/payments/1001/return?attempt=k"}}}})");
}

TEST(PayPalRequest, by_paypals_page_says_where_the_payer_comes_back_to) {
  auto instruction = test::by_page();
  instruction.attempt.call->captures = false;
  instruction.description = "Shoes";
  const auto body = first_request(instruction).body;
  EXPECT_THAT(body, HasSubstr(R"("intent":"AUTHORIZE")"));
  EXPECT_THAT(body, HasSubstr(R"("description":"Shoes")"));
  EXPECT_THAT(body, HasSubstr(R"("payment_source":{"paypal":{"experience_context":{"return_url":"https://)"));
  EXPECT_THAT(body, HasSubstr(R"("user_action":"PAY_NOW","shipping_preference":"NO_SHIPPING"}}})"));
}

TEST(PayPalRequest, by_a_saved_wallet_sends_nobody_anywhere) {
  auto instruction = test::by_page();
  instruction.attempt.call->source.token = "VAULT-2";
  EXPECT_THAT(first_request(instruction).body,
              HasSubstr(R"("payment_source":{"paypal":{"vault_id":"VAULT-2"}})"));
}

TEST(PayPalRequest, of_a_typed_card_holds_its_digits_once) {
  auto instruction = test::charge();
  instruction.attempt.call->source = {.kind = KeptSource::Kind::raw_card};
  instruction.description = R"(a "number":"" of things)";
  instruction.card = std::make_shared<const Card>(Secret{"4111111111111111"}, Secret{"123"}, Expiry{2030, 2});
  EXPECT_THAT(first_request(instruction).body,
              HasSubstr(R"("card":{"number":"4111111111111111","expiry":"2030-02","security_code":"123")"));
}

TEST(PayPalRequest, of_a_typed_card_whose_digits_are_gone_is_not_made) {
  auto instruction = test::charge();
  instruction.attempt.call->source = {.kind = KeptSource::Kind::raw_card};
  const PayPalWire wire{noon};
  const auto step = wire.carry_out(instruction);
  ASSERT_TRUE(std::holds_alternative<Outcome>(step));
  EXPECT_EQ(name(std::get<Outcome>(step)), "not_executed");
  const auto again = wire.look_up(instruction);
  ASSERT_TRUE(std::holds_alternative<Outcome>(again));
  EXPECT_EQ(name(std::get<Outcome>(again)), "unknown");
}

TEST(PayPalRequest, cuts_a_long_description_between_characters) {
  auto instruction = test::charge();
  for (int i = 0; i < 64; ++i) instruction.description += "é";
  const auto body = first_request(instruction).body;
  std::string kept;
  for (int i = 0; i < 63; ++i) kept += "é";
  EXPECT_THAT(body, HasSubstr("\"" + kept + "\""));
}

TEST(PayPalRequest, to_capture_says_that_it_is_the_last) {
  const auto request = first_request(test::follow_up(AttemptKind::capture, "AUTH1", 500));
  EXPECT_EQ(request.path, "/v2/payments/authorizations/AUTH1/capture");
  EXPECT_EQ(request.body, R"({"amount":{"currency_code":"CAD","value":"5.00"},"final_capture":true})");
}

TEST(PayPalRequest, to_void_has_no_body_but_its_type) {
  const auto request = first_request(test::follow_up(AttemptKind::void_authorization, "AUTH1"));
  EXPECT_EQ(request.path, "/v2/payments/authorizations/AUTH1/void");
  EXPECT_EQ(request.body, "");
  EXPECT_EQ(request.headers.back(), "Content-Type: application/json");
}

TEST(PayPalRequest, to_refund_says_the_amount_and_the_payment) {
  const auto request = first_request(test::follow_up(AttemptKind::refund, "CAPTURE1", 1));
  EXPECT_EQ(request.path, "/v2/payments/captures/CAPTURE1/refund");
  EXPECT_EQ(request.body, R"({"amount":{"currency_code":"CAD","value":"0.01"},"custom_id":"1001"})");
}

TEST(PayPalRequest, is_not_made_of_an_amount_that_paypal_cannot_write) {
  for (const auto kind : {AttemptKind::capture, AttemptKind::refund}) {
    auto instruction = test::follow_up(kind, "THING1", 50);
    instruction.currency = test::currency("HUF");
    EXPECT_EQ(test::in_words(PayPalWire{noon}.carry_out(instruction)), "declined invalid_amount");
    EXPECT_EQ(test::in_words(PayPalWire{noon}.look_up(instruction)), "declined invalid_amount");
  }
}

TEST(PayPalRequest, never_leads_to_another_path) {
  for (const auto* const about : {"", "../orders", "A/B", "A?b", "A b", "A%2e"}) {
    const auto step = PayPalWire{noon}.carry_out(test::follow_up(AttemptKind::refund, about));
    ASSERT_TRUE(std::holds_alternative<Outcome>(step)) << about;
    EXPECT_EQ(name(std::get<Outcome>(step)), "not_executed") << about;
  }
}

TEST(PayPalLookUp, asks_for_what_is_known_by_name) {
  const PayPalWire wire{noon};
  auto authorization = test::charge();
  authorization.attempt.call->reference = "ORDER1";
  auto capture = test::follow_up(AttemptKind::capture, "AUTH1");
  capture.attempt.call->reference = "CAPTURE1";
  auto refund = test::follow_up(AttemptKind::refund, "CAPTURE1");
  refund.attempt.call->reference = "REFUND1";
  const std::pair<Instruction, std::string_view> cases[] = {
      {authorization, "/v2/checkout/orders/ORDER1"},
      {capture, "/v2/payments/captures/CAPTURE1"},
      {refund, "/v2/payments/refunds/REFUND1"},
  };
  for (const auto& [instruction, path] : cases) {
    const auto request = std::get<ProviderRequest>(wire.look_up(instruction));
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.path, path);
    EXPECT_TRUE(request.repeatable);
  }
}

TEST(PayPalLookUp, repeats_what_has_no_name_under_the_same_request_id) {
  const PayPalWire wire{noon};
  for (const auto kind : {AttemptKind::capture, AttemptKind::void_authorization, AttemptKind::refund}) {
    const auto instruction = test::follow_up(kind, "THING1");
    const auto first = std::get<ProviderRequest>(wire.carry_out(instruction));
    const auto again = std::get<ProviderRequest>(wire.look_up(instruction));
    EXPECT_EQ(again.path, first.path);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.headers, first.headers);
  }
}

TEST(PayPalLookUp, repeats_a_charge_only_while_paypal_keeps_its_request_id) {
  test::FakeClock clock;
  const PayPalWire wire{clock};
  clock.advance(std::chrono::hours{4});
  EXPECT_TRUE(std::holds_alternative<ProviderRequest>(wire.look_up(test::charge())));
  clock.advance(std::chrono::hours{2});
  const auto late = wire.look_up(test::charge());
  ASSERT_TRUE(std::holds_alternative<Outcome>(late));
  EXPECT_EQ(name(std::get<Outcome>(late)), "unknown");
  EXPECT_TRUE(std::holds_alternative<ProviderRequest>(wire.look_up(test::by_page())))
      << "another order takes nothing unless its payer approves it";
}

}  // namespace
}  // namespace pay::paypal
