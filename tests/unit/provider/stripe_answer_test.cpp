// Which answer of Stripe's means what: one line for each case of docs/providers.md. Nothing counts as done
// that the answer does not prove.
#include <gtest/gtest.h>

#include <vector>

#include "provider/stripe/answers.hpp"
#include "provider/stripe/declines.hpp"
#include "provider/stripe/wire.hpp"
#include "unit/provider/show_outcome.hpp"
#include "unit/provider/stripe_samples.hpp"

namespace pay::stripe {
namespace {

using namespace test;

struct Case {
  int status;
  std::string body;
  std::string outcome;
};

const FakeClock standing_clock;
const StripeWire wire{standing_clock};

std::string answered(const Instruction& instruction, const http::CallOutcome& answer) {
  const auto asked = std::get<ProviderRequest>(wire.carry_out(instruction));
  return show(std::get<Outcome>(wire.next(instruction, asked, answer)));
}

std::string looked_up(const Instruction& instruction, const http::CallOutcome& answer) {
  const auto asked = std::get<ProviderRequest>(wire.look_up(instruction));
  return show(std::get<Outcome>(wire.next(instruction, asked, answer)));
}

void expect_all(const Instruction& instruction, const std::vector<Case>& cases) {
  for (const auto& one : cases) {
    EXPECT_EQ(answered(instruction, http::Answer{.status = one.status, .body = one.body}), one.outcome)
        << one.status << " " << one.body;
  }
}

std::string redirect(std::string_view url) {
  return fmt::format(R"(,"next_action":{{"type":"redirect_to_url","redirect_to_url":{{"url":"{}"}}}})", url);
}

TEST(StripeAnswer, an_authorization_that_captures_is_what_the_intent_proves) {
  const std::string failed = R"(,"last_payment_error":{"type":"card_error","code":"card_declined",)"
                             R"("decline_code":"insufficient_funds"})";
  expect_all(
      asked(),
      {
          {200, Intent{}.text(), "succeeded pi_1"},
          {201, Intent{}.text(), "succeeded pi_1"},
          {200, Intent{.received = 1998}.text(), "unknown another amount was taken (pi_1)"},
          {200, Intent{.amount = 2000}.text(), "unknown another amount (pi_1)"},
          {200, Intent{.currency = "usd"}.text(), "unknown another currency (pi_1)"},
          {200, Intent{.currency = "xxx"}.text(), "unknown another currency (pi_1)"},
          {200, Intent{.attempt = "attempt-6-0"}.text(), "unknown the answer is about another payment"},
          {200, Intent{.id = ""}.text(), "unknown an intent without an id"},
          {200, Intent{.status = "requires_capture"}.text(), "unknown status requires_capture (pi_1)"},
          {200, Intent{.status = "processing"}.text(), "pending pi_1"},
          {200, Intent{.status = "canceled"}.text(), "declined canceled"},
          {200, Intent{.status = "requires_confirmation"}.text(),
           "unknown status requires_confirmation (pi_1)"},
          {200, Intent{.status = "requires_payment_method"}.text(),
           "unknown status requires_payment_method (pi_1)"},
          {200, Intent{.status = "requires_payment_method", .more = failed}.text(),
           "declined insufficient_funds"},
          {200, Intent{.status = "quantum"}.text(), "unknown status quantum (pi_1)"},
          {200, Intent{.status = "<b>4242 4242"}.text(), "unknown status ? (pi_1)"},
          {200, Intent{.status = "requires_action", .more = redirect("https://pay.test/3ds")}.text(),
           "action https://pay.test/3ds (pi_1)"},
          {200, Intent{.status = "requires_action", .more = redirect("javascript:x")}.text(),
           "unknown an action that is no redirect (pi_1)"},
          {200, Intent{.status = "requires_action"}.text(), "unknown an action that is no redirect (pi_1)"},
          {200, "", "unknown the answer is no JSON"},
          {200, "<html>ok</html>", "unknown the answer is no JSON"},
          {200, R"(["succeeded"])", "unknown the answer is no JSON"},
          {200, R"({"id":"pi_1","status":"succeeded"})", "unknown the answer is about another payment"},
          {200, Intent{}.text() + "}", "unknown the answer is no JSON"},
      });
}

TEST(StripeAnswer, an_authorization_that_only_holds_is_no_capture) {
  expect_all(asked({.captures = false}),
             {
                 {200, Intent{.status = "requires_capture", .received = 0}.text(), "succeeded pi_1"},
                 {200, Intent{.status = "requires_capture", .more = R"(,"amount_capturable":1)"}.text(),
                  "unknown another amount is held (pi_1)"},
                 {200, Intent{.status = "succeeded"}.text(), "unknown status succeeded (pi_1)"},
             });
}

TEST(StripeAnswer, what_is_no_success_says_whether_anything_was_done) {
  const auto ours = [](std::string status) {
    return R"(,"payment_intent":)" + Intent{.status = std::move(status)}.text();
  };
  const auto theirs = R"(,"payment_intent":)" + Intent{.attempt = "another"}.text();
  expect_all(
      asked(),
      {
          {402, error_text("card_error", "card_declined", R"(,"decline_code":"lost_card")"),
           "declined lost_card"},
          {402, error_text("card_error", "expired_card"), "declined expired_card"},
          {402, error_text("card_error", "card_declined", ours("requires_payment_method")),
           "declined generic_decline"},
          {402, error_text("card_error", "card_declined", ours("succeeded")),
           "unknown declined with status succeeded"},
          {402, error_text("card_error", "card_declined", theirs),
           "unknown the answer is about another payment"},
          {402, "<html>", "unknown HTTP status 402"},
          {400, error_text("card_error", "incorrect_number"), "declined incorrect_number"},
          {400, error_text("invalid_request_error", "amount_too_small"), "not_executed 400 amount_too_small"},
          {400, error_text("invalid_request_error", ""), "not_executed 400 invalid_request_error"},
          {400, error_text("invalid_request_error", "resource_missing", R"(,"param":"payment_method")"),
           "declined invalid_account"},
          {400, error_text("invalid_request_error", "resource_missing", R"(,"param":"customer")"),
           "not_executed 400 resource_missing"},
          {400, error_text("idempotency_error", "idempotency_key_in_use"), "unknown 400 idempotency_error"},
          {400, error_text("api_error", ""), "unknown 400 api_error"},
          {400, "<html>", "unknown HTTP status 400"},
          {403, "<html>", "not_executed 403"},
          {404, error_text("invalid_request_error", "resource_missing"), "not_executed 404 resource_missing"},
          {404, "<html>", "unknown HTTP status 404"},
          {404, error_text("invalid_request_error", ""), "not_executed 404 invalid_request_error"},
          {404, error_text("invalid_request_error", "resource_missing", R"(,"param":"payment_method")"),
           "declined invalid_account"},
          {409, error_text("idempotency_error", "idempotency_key_in_use"), "unknown HTTP status 409"},
          {429, error_text("invalid_request_error", "rate_limit"), "not_executed 429"},
          {429, "", "not_executed 429"},
          {302, "", "unknown HTTP status 302"},
          {500, error_text("api_error", ""), "unknown HTTP status 500"},
          {502, "<html>", "unknown HTTP status 502"},
          {503, Intent{}.text(), "unknown HTTP status 503"},
      });
}

TEST(StripeAnswer, no_answer_is_what_the_line_says) {
  EXPECT_EQ(answered(asked(), std::unexpected(http::CallFailure::refused)), "not_executed refused");
  EXPECT_EQ(answered(asked(), std::unexpected(http::CallFailure::timed_out)), "unknown timed_out");
  EXPECT_EQ(answered(asked(), std::unexpected(http::CallFailure::too_large)), "unknown too_large");
}

TEST(StripeAnswer, a_capture_is_proved_by_what_was_received) {
  const auto unexpected = [](const Intent& intent) {
    return error_text("invalid_request_error", "payment_intent_unexpected_state",
                      R"(,"payment_intent":)" + intent.text());
  };
  expect_all(
      asked({.kind = AttemptKind::capture, .amount_minor = 1500}),
      {
          {200, Intent{.received = 1500, .attempt = "that of the authorization"}.text(), "succeeded pi_1"},
          {200, Intent{.received = 1999}.text(), "unknown another amount was taken"},
          {200, Intent{.received = 1500, .currency = "usd"}.text(), "unknown another currency"},
          {200, Intent{.received = 1500, .payment = "8"}.text(),
           "unknown the answer is about another payment"},
          {200, Intent{.id = "pi_2", .received = 1500}.text(), "unknown the answer is about another intent"},
          {200, Intent{.status = "requires_confirmation"}.text(), "unknown status requires_confirmation"},
          {200, Intent{.status = "processing"}.text(), "pending"},
          {400, unexpected({.received = 1500}), "succeeded pi_1"},
          {400, unexpected({.received = 1999}), "unknown another amount was taken"},
          {400, unexpected({.status = "canceled"}), "declined canceled"},
          {400, unexpected({.status = "requires_capture"}),
           "not_executed 400 payment_intent_unexpected_state"},
          {400, error_text("invalid_request_error", "charge_expired_for_capture"),
           "declined authorization_expired"},
          {400, error_text("invalid_request_error", "amount_too_large"), "not_executed 400 amount_too_large"},
          {402, error_text("card_error", "card_declined"), "declined generic_decline"},
      });
}

TEST(StripeAnswer, a_capture_may_be_proved_by_the_charge_alone) {
  const auto with_charge = [](std::string_view charge) {
    return fmt::format(R"({{"id":"pi_1","amount":1999,"currency":"cad","status":"succeeded",)"
                       R"("metadata":{{"payment_id":"7"}},"latest_charge":{}}})",
                       charge);
  };
  expect_all(
      asked({.kind = AttemptKind::capture, .amount_minor = 1500}),
      {
          {200, with_charge(R"({"amount_captured":1500})"), "succeeded pi_1"},
          {200, with_charge(R"({"captured":true,"amount":1999,"amount_refunded":499})"), "succeeded pi_1"},
          {200, with_charge(R"({"captured":false,"amount":1500})"), "unknown another amount was taken"},
          {200, with_charge(R"("ch_1")"), "unknown another amount was taken"},
      });
}

TEST(StripeAnswer, a_void_is_proved_by_a_canceled_intent) {
  const auto unexpected = [](const Intent& intent) {
    return error_text("invalid_request_error", "payment_intent_unexpected_state",
                      R"(,"payment_intent":)" + intent.text());
  };
  expect_all(asked({.kind = AttemptKind::void_authorization}),
             {
                 {200, Intent{.status = "canceled"}.text(), "succeeded pi_1"},
                 {200, Intent{.status = "canceled", .amount = 5}.text(), "unknown another amount"},
                 {200, Intent{.status = "requires_capture"}.text(), "unknown status requires_capture"},
                 {400, unexpected({.status = "canceled"}), "succeeded pi_1"},
                 {400, unexpected({.status = "succeeded"}), "declined already_captured"},
                 {400, unexpected({.status = "processing"}), "unknown status processing"},
             });
}

TEST(StripeAnswer, a_refund_is_proved_by_a_refund_of_this_attempt) {
  expect_all(
      asked({.kind = AttemptKind::refund, .amount_minor = 500}),
      {
          {200, RefundShown{}.text(), "succeeded re_1"},
          {200, RefundShown{.status = "pending"}.text(), "pending re_1"},
          {200, RefundShown{.status = "requires_action"}.text(), "pending re_1"},
          {200, RefundShown{.status = "failed"}.text(), "declined refund_failed"},
          {200, RefundShown{.status = "canceled"}.text(), "declined canceled"},
          {200, RefundShown{.status = "gone"}.text(), "unknown status gone (re_1)"},
          {200, RefundShown{.amount = 501}.text(), "unknown another amount (re_1)"},
          {200, RefundShown{.currency = "usd"}.text(), "unknown another currency (re_1)"},
          {200, RefundShown{.about = "pi_2"}.text(), "unknown the answer is about another payment"},
          {200, RefundShown{.attempt = "x"}.text(), "unknown the answer is about another payment"},
          {400, error_text("invalid_request_error", "charge_already_refunded"), "declined already_refunded"},
          {400, error_text("invalid_request_error", "charge_disputed"), "declined disputed"},
          {400, error_text("invalid_request_error", "amount_too_large"), "not_executed 400 amount_too_large"},
      });
}

TEST(StripeAnswer, what_cannot_be_shown_is_unknown) {
  const auto known = asked({.reference = "pi_1"});
  for (const int status : {400, 402, 403, 404, 409, 429, 500, 503}) {
    EXPECT_EQ(
        looked_up(known, http::Answer{.status = status, .body = error_text("card_error", "expired_card")}),
        "unknown not shown: HTTP status " + std::to_string(status));
  }
  EXPECT_EQ(looked_up(known, std::unexpected(http::CallFailure::refused)), "unknown not shown: refused");
  EXPECT_EQ(looked_up(known, http::Answer{.status = 200, .body = "<html>"}), "unknown the answer is no JSON");
  EXPECT_EQ(looked_up(known, http::Answer{.status = 200, .body = Intent{}.text()}), "succeeded pi_1");
}

TEST(StripeAnswer, nothing_of_an_error_but_its_code_is_passed_on) {
  const auto body = error_text("invalid_request_error", "Invalid key sk_test_secret");
  EXPECT_EQ(answered(asked(), http::Answer{.status = 400, .body = body}), "not_executed 400 ?");
}

std::optional<PaymentMethod> method_of(std::string_view card) {
  return method_of_charge(*read_object(fmt::format(R"({{"payment_method_details":{{"card":{}}}}})", card)));
}

TEST(StripeMethod, is_the_card_of_the_charge) {
  EXPECT_EQ(method_of(R"({"brand":"visa","funding":"debit","last4":"5556","exp_month":12,"exp_year":2034})"),
            (PaymentMethod{MethodType::debit_card, Brand::visa, "5556", {.year = 2034, .month = 12}}));
  EXPECT_EQ(method_of(R"({"brand":"mastercard","funding":"prepaid","last4":"5100","wallet":null})")->type,
            MethodType::prepaid_card);
  EXPECT_EQ(method_of(R"({"brand":"eftpos_au","funding":"unknown","last4":"1"})"),
            (PaymentMethod{MethodType::credit_card, Brand::unknown, "", {}}));
  EXPECT_EQ(method_of("null"), std::nullopt);
}

TEST(StripeMethod, is_the_wallet_that_the_card_came_from) {
  EXPECT_EQ(method_of(R"({"brand":"visa","last4":"4242","exp_month":1,"exp_year":2031,)"
                      R"("wallet":{"type":"apple_pay"}})"),
            (PaymentMethod{MethodType::wallet, Brand::apple_pay, "4242", {.year = 2031, .month = 1}}));
  EXPECT_EQ(method_of(R"({"brand":"visa","wallet":{"type":"link"}})")->type, MethodType::credit_card);
}

TEST(StripeDecline, has_our_word_for_each_of_stripes_and_one_for_all_others) {
  EXPECT_EQ(decline_of("insufficient_funds"), "insufficient_funds");
  EXPECT_EQ(decline_of("invalid_cvc"), "incorrect_cvc");
  EXPECT_EQ(decline_of("withdrawal_count_limit_exceeded"), "card_velocity_exceeded");
  EXPECT_EQ(decline_of("payment_intent_authentication_failure"), "authentication_failed");
  EXPECT_EQ(decline_of("a_code_of_tomorrow"), "generic_decline");
  EXPECT_EQ(decline_of(""), "generic_decline");
}

}  // namespace
}  // namespace pay::stripe
