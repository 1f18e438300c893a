// What PayPal's answers mean, as tables: one line a case.
#include "provider/paypal/wire.hpp"

#include <gtest/gtest.h>

#include "provider/paypal/requests.hpp"
#include "unit/provider/paypal_samples.hpp"

namespace pay::paypal {
namespace {

using test::answer;
using test::capture_of;
using test::expect_after;
using test::in_words;
using test::noon;
using test::order;
using test::refusal;
using test::with_capture;

constexpr std::string_view approve =
    R"("links":[{"rel":"self","href":"https://x/"},{"rel":"payer-action","href":"https://p/?token=1"}])";

TEST(PayPalOrder, proves_a_charge_or_says_why_not) {
  const auto asked = make_order(test::charge(), "10.50");
  const auto declined = [](std::string_view code) {
    return with_capture(capture_of("DECLINED", "10.50",
                                   fmt::format(R"(,"processor_response":{{"response_code":"{}"}})", code)));
  };
  expect_after(
      test::charge(), asked,
      {
          {201, order("COMPLETED", with_capture(capture_of("COMPLETED"))), "succeeded CAPTURE1"},
          {200, order("COMPLETED", with_capture(capture_of("COMPLETED"))), "succeeded CAPTURE1"},
          {201, order("COMPLETED", with_capture(capture_of("PARTIALLY_REFUNDED"))), "succeeded CAPTURE1"},
          {201, order("COMPLETED", with_capture(capture_of("PENDING"))), "pending ORDER1"},
          {201, order("COMPLETED", declined("0500")), "declined do_not_honor"},
          {201, order("COMPLETED", declined("5120")), "declined insufficient_funds"},
          {201, order("COMPLETED", declined("5400")), "declined expired_card"},
          {201, order("COMPLETED", declined("9520")), "declined lost_card"},
          {201, order("COMPLETED", declined("9500")), "declined fraudulent"},
          {201, order("COMPLETED", declined("XXXX")), "declined generic_decline"},
          {201, order("COMPLETED", with_capture(capture_of("FAILED"))), "declined generic_decline"},
          {201, order("COMPLETED", with_capture(capture_of("SETTLED_SOMEHOW"))), "unknown ORDER1"},
          {201, order("COMPLETED", with_capture(capture_of("COMPLETED", "10.51"))), "unknown ORDER1"},
          {201, order("COMPLETED", with_capture(capture_of("COMPLETED", "10.50", R"(,"custom_id":"1002")"))),
           "unknown ORDER1"},
          {201, order("COMPLETED"), "GET /v2/checkout/orders/ORDER1"},
          {201, R"({"id":"ORDER1","status":"COMPLETED"})", "GET /v2/checkout/orders/ORDER1"},
          {201, order("CREATED", "{}", approve), "action_required https://p/?token=1 ORDER1"},
          {201, order("PAYER_ACTION_REQUIRED", "{}", approve), "action_required https://p/?token=1 ORDER1"},
          {201, order("CREATED"), "unknown ORDER1"},
          {201, order("CREATED", "{}", R"("links":[{"rel":"approve","href":"javascript:x"}])"),
           "unknown ORDER1"},
          {201, order("APPROVED"), "POST /v2/checkout/orders/ORDER1/capture"},
          {201, order("VOIDED"), "declined generic_decline"},
          {201, order("ASCENDED"), "unknown ORDER1"},
          {201, R"({"id":"../x","status":"COMPLETED"})", "unknown"},
          {201, R"({"status":"COMPLETED"})", "unknown"},
          {201, "[]", "unknown"},
          {201, "", "unknown"},
          {201, "<html>", "unknown"},
          {204, "", "unknown"},
      });
}

TEST(PayPalOrder, of_another_payment_amount_currency_or_intent_proves_nothing) {
  const auto paid = order("COMPLETED", with_capture(capture_of("COMPLETED")));
  const std::tuple<std::string_view, std::string_view, std::string_view> changes[] = {
      {R"("custom_id":"1001")", R"("custom_id":"1002")", "unknown"},
      {R"("custom_id":"1001",)", "", "unknown"},
      {R"("currency_code":"CAD")", R"("currency_code":"USD")", "unknown ORDER1"},
      {R"("value":"10.50")", R"("value":"1.05")", "unknown ORDER1"},
      {R"("intent":"CAPTURE")", R"("intent":"AUTHORIZE")", "unknown ORDER1"},
  };
  const auto asked = make_order(test::charge(), "10.50");
  for (const auto& [from, to, expected] : changes) {
    auto body = paid;
    body.replace(body.find(from), from.size(), to);
    EXPECT_EQ(in_words(PayPalWire{noon}.next(test::charge(), asked, answer(201, body))), expected) << body;
  }
}

TEST(PayPalOrder, of_another_name_than_was_asked_for_proves_nothing) {
  auto instruction = test::charge();
  instruction.attempt.call->reference = "ORDER2";
  expect_after(instruction, show(Ask::show_order, "ORDER2"),
               {{200, order("COMPLETED", with_capture(capture_of("COMPLETED"))), "unknown"}});
}

TEST(PayPalOrder, that_only_authorizes_is_judged_by_its_authorization) {
  auto instruction = test::charge();
  instruction.attempt.call->captures = false;
  const auto with = [](std::string_view status) {
    auto text = order("COMPLETED", fmt::format(R"({{"authorizations":[{}]}})", capture_of(status)));
    return text.replace(text.find("CAPTURE\""), 8, "AUTHORIZE\"");
  };
  expect_after(instruction, make_order(instruction, "10.50"),
               {{201, with("CREATED"), "succeeded CAPTURE1"},
                {201, with("CAPTURED"), "succeeded CAPTURE1"},
                {201, with("PENDING"), "pending ORDER1"},
                {201, with("DENIED"), "declined generic_decline"},
                {201, with("VOIDED"), "declined authorization_voided"},
                {201, with("EXPIRED"), "declined authorization_expired"},
                {201, with("COMPLETED"), "unknown ORDER1"}});
}

TEST(PayPalOrder, tells_what_paid) {
  const auto paid_with = [](std::string_view source, const Instruction& instruction = test::charge()) {
    const auto body = order("COMPLETED", with_capture(capture_of("COMPLETED")),
                            fmt::format(R"("payment_source":{})", source));
    const auto step = PayPalWire{noon}.next(instruction, make_order(instruction, "10.50"), answer(201, body));
    return std::get<Succeeded>(std::get<Outcome>(step)).method;
  };
  EXPECT_EQ(paid_with(R"({"card":{"brand":"VISA","type":"DEBIT","last_digits":"4242","expiry":"2034-12"}})"),
            (PaymentMethod{MethodType::debit_card, Brand::visa, "4242", {2034, 12}}));
  EXPECT_EQ(paid_with(R"({"card":{"brand":"MASTERCARD","type":"PREPAID","last_digits":"4444"}})"),
            (PaymentMethod{MethodType::prepaid_card, Brand::mastercard, "4444", {}}));
  EXPECT_EQ(paid_with(R"({"card":{"brand":"SOLO","last_digits":"4111111111111111"}})"),
            (PaymentMethod{MethodType::credit_card, Brand::unknown, "", {}}))
      << "more than four digits are not kept";
  EXPECT_EQ(paid_with("{}"), std::nullopt);
  const PaymentMethod wallet{MethodType::wallet, Brand::paypal, "", {}};
  EXPECT_EQ(paid_with(R"({"paypal":{"email_address":"payer@example.com"}})"), wallet);
  EXPECT_EQ(paid_with("{}", test::by_page()), wallet);
}

TEST(PayPalOrder, is_waited_for_as_long_as_paypal_waits_for_its_payer) {
  const auto step = PayPalWire{noon}.next(test::by_page(), make_order(test::by_page(), "10.50"),
                                          answer(201, order("PAYER_ACTION_REQUIRED", "{}", approve)));
  EXPECT_EQ(std::get<ActionRequired>(std::get<Outcome>(step)).expires_at,
            test::start_of_tests + std::chrono::hours{3});
}

TEST(PayPalRefusal, of_an_order_says_whether_it_was_looked_at) {
  expect_after(test::charge(), make_order(test::charge(), "10.50"),
               {{422, refusal("INSTRUMENT_DECLINED"), "declined generic_decline"},
                {422, refusal("PAYER_CANNOT_PAY"), "declined generic_decline"},
                {422, refusal("TRANSACTION_REFUSED"), "declined generic_decline"},
                {422, refusal("CARD_EXPIRED"), "declined expired_card"},
                {422, refusal("TOKEN_ID_NOT_FOUND"), "declined invalid_account"},
                {422, refusal("PAYEE_BLOCKED_TRANSACTION"), "declined fraudulent"},
                {422, refusal("INVALID_CURRENCY_CODE"), "not_executed"},
                {422, refusal("PAYEE_ACCOUNT_RESTRICTED"), "not_executed"},
                {422, refusal("A_WORD_OF_TOMORROW"), "not_executed"},
                {422, refusal("DUPLICATE_INVOICE_ID"), "unknown"},
                {422, refusal("DUPLICATE_REQUEST_ID"), "unknown"},
                {400, refusal("DUPLICATE_REQUEST_ID"), "unknown"},
                {422, "<html>", "unknown"},
                {400, refusal("INVALID_PARAMETER_VALUE"), "not_executed"},
                {401, R"({"error":"invalid_token"})", "not_executed"},
                {403, refusal("PERMISSION_DENIED"), "not_executed"},
                {404, "<html>", "not_executed"},
                {429, R"({"name":"RATE_LIMIT_REACHED"})", "not_executed"},
                {408, "", "unknown"},
                {409, refusal("PREVIOUS_REQUEST_IN_PROGRESS"), "unknown"},
                {302, "", "unknown"},
                {500, refusal("INSTRUMENT_DECLINED"), "unknown"},
                {503, "", "unknown"}});
}

TEST(PayPalRefusal, to_take_an_order_is_looked_into) {
  const auto instruction = test::by_page();
  expect_after(instruction, take_order(instruction, "ORDER1"),
               {{422, refusal("ORDER_NOT_APPROVED"), "GET /v2/checkout/orders/ORDER1"},
                {422, refusal("PAYER_ACTION_REQUIRED"), "GET /v2/checkout/orders/ORDER1"},
                {422, refusal("ORDER_ALREADY_CAPTURED"), "GET /v2/checkout/orders/ORDER1"},
                {422, refusal("INSTRUMENT_DECLINED"), "declined generic_decline"},
                {422, refusal("ORDER_EXPIRED"), "declined approval_expired"},
                {500, "", "unknown ORDER1"},
                {409, "", "unknown ORDER1"},
                {422, refusal("A_WORD_OF_TOMORROW"), "GET /v2/checkout/orders/ORDER1"},
                {403, refusal("PERMISSION_DENIED"), "GET /v2/checkout/orders/ORDER1"},
                {429, "", "GET /v2/checkout/orders/ORDER1"},
                {201, order("APPROVED"), "pending ORDER1-taken"},
                {201, order("COMPLETED", with_capture(capture_of("PENDING"))), "pending ORDER1-taken"},
                {201, order("COMPLETED", with_capture(capture_of("COMPLETED"))), "succeeded CAPTURE1"}});
  expect_after(
      instruction, show(Ask::show_order_again, "ORDER1"),
      {{200, order("PAYER_ACTION_REQUIRED", "{}", approve), "action_required https://p/?token=1 ORDER1"},
       {200, order("APPROVED"), "pending ORDER1-taken"},
       {200, order("COMPLETED"), "unknown ORDER1"},
       {200, order("COMPLETED", with_capture(capture_of("COMPLETED"))), "succeeded CAPTURE1"}});
}

TEST(PayPalLookUp, that_is_refused_says_nothing_about_what_was_asked) {
  auto instruction = test::by_page();
  instruction.attempt.call->reference = "ORDER1";
  instruction.attempt.outcome = AttemptOutcome::unknown;
  const auto asked = show(Ask::show_order, "ORDER1");
  for (const int status : {400, 401, 403, 404, 409, 422, 429, 500})
    expect_after(instruction, asked, {{status, refusal("INVALID_RESOURCE_ID"), "unknown ORDER1"}});
  expect_after(instruction, asked, {{200, order("APPROVED"), "POST /v2/checkout/orders/ORDER1/capture"}});
}

TEST(PayPalLookUp, of_an_order_that_nobody_approved_and_paypal_forgot_is_declined) {
  test::FakeClock clock;
  const auto gone = [&](Instruction instruction, std::string reference) {
    instruction.attempt.call->reference = std::move(reference);
    const auto asked = std::get<ProviderRequest>(PayPalWire{clock}.look_up(instruction));
    EXPECT_EQ(asked.path, "/v2/checkout/orders/ORDER1");
    return in_words(PayPalWire{clock}.next(instruction, asked, answer(404, refusal("INVALID_RESOURCE_ID"))));
  };
  clock.advance(std::chrono::hours{3} - std::chrono::seconds{1});
  EXPECT_EQ(gone(test::by_page(), "ORDER1"), "unknown ORDER1") << "it is another account's";
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(gone(test::by_page(), "ORDER1"), "declined approval_expired");
  EXPECT_EQ(gone(test::by_page(), "ORDER1-taken"), "unknown ORDER1-taken") << "its capture may complete yet";
  EXPECT_EQ(gone(test::charge(), "ORDER1"), "unknown ORDER1");
}

TEST(PayPalLookUp, of_an_order_that_is_being_taken_goes_on_with_it) {
  auto instruction = test::by_page();
  instruction.attempt.call->reference = "ORDER1-taken";
  const auto asked = std::get<ProviderRequest>(PayPalWire{noon}.look_up(instruction));
  expect_after(instruction, asked,
               {{200, order("COMPLETED", with_capture(capture_of("COMPLETED"))), "succeeded CAPTURE1"},
                {200, order("COMPLETED", with_capture(capture_of("PENDING"))), "pending ORDER1-taken"},
                {200, order("APPROVED"), "POST /v2/checkout/orders/ORDER1/capture"},
                {503, "", "unknown ORDER1-taken"}});
}

TEST(PayPalSilence, before_the_first_byte_is_not_executed_and_after_it_unknown) {
  const auto after = [](const ProviderRequest& asked, http::CallFailure failure) {
    return in_words(PayPalWire{noon}.next(test::charge(), asked, std::unexpected(failure)));
  };
  const auto made = make_order(test::charge(), "10.50");
  EXPECT_EQ(after(made, http::CallFailure::refused), "not_executed");
  EXPECT_EQ(after(made, http::CallFailure::timed_out), "unknown");
  EXPECT_EQ(after(made, http::CallFailure::broken), "unknown");
  EXPECT_EQ(after(made, http::CallFailure::too_large), "unknown");
  const auto shown = show(Ask::show_order_again, "ORDER1");
  EXPECT_EQ(after(shown, http::CallFailure::refused), "unknown ORDER1")
      << "what was made before it may have been carried out";
  EXPECT_EQ(after(take_order(test::charge(), "ORDER1"), http::CallFailure::timed_out), "unknown ORDER1");
}

}  // namespace
}  // namespace pay::paypal
