// What PayPal's answers to captures, voids and refunds mean, as tables.
#include <gtest/gtest.h>

#include "provider/paypal/requests.hpp"
#include "unit/provider/paypal_samples.hpp"

namespace pay::paypal {
namespace {

using test::capture_of;
using test::expect_after;
using test::follow_up;
using test::order;
using test::refusal;
using test::with_capture;

TEST(PayPalCapture, is_proved_by_what_was_captured) {
  const auto instruction = follow_up(AttemptKind::capture, "AUTH1");
  expect_after(instruction, capture(instruction, "10.50"),
               {{201, capture_of("COMPLETED"), "succeeded CAPTURE1"},
                {201, capture_of("PENDING"), "pending CAPTURE1"},
                {201, capture_of("DECLINED"), "declined generic_decline"},
                {201, capture_of("COMPLETED", "10.49"), "unknown"},
                {201, capture_of("COMPLETED", "10.50", R"(,"custom_id":"1002")"), "unknown"},
                {201, capture_of("MAYBE"), "unknown"},
                {201, R"({"id":"CAPTURE1","status":"COMPLETED"})", "GET /v2/payments/captures/CAPTURE1"},
                {201, "{}", "unknown"},
                {422, refusal("AUTHORIZATION_VOIDED"), "declined authorization_voided"},
                {422, refusal("AUTHORIZATION_EXPIRED"), "declined authorization_expired"},
                {422, refusal("MAX_CAPTURE_AMOUNT_EXCEEDED"), "declined amount_too_large"},
                {422, refusal("PAYEE_ACCOUNT_RESTRICTED"), "not_executed"},
                {404, refusal("INVALID_RESOURCE_ID"), "not_executed"},
                {500, "", "unknown"}});
}

TEST(PayPalCapture, that_was_done_before_is_found_in_its_order) {
  const auto instruction = follow_up(AttemptKind::capture, "AUTH1");
  expect_after(instruction, capture(instruction, "10.50"),
               {{422, refusal("AUTHORIZATION_ALREADY_CAPTURED"), "GET /v2/payments/authorizations/AUTH1"}});
  expect_after(
      instruction, show(Ask::show_authorization, "AUTH1"),
      {{200, R"({"id":"AUTH1","status":"CAPTURED","supplementary_data":{"related_ids":{"order_id":"O1"}}})",
        "GET /v2/checkout/orders/O1"},
       {200, R"({"id":"AUTH1","status":"CAPTURED"})", "unknown"},
       {404, "", "unknown"}});
  expect_after(instruction, show(Ask::show_captured_order, "O1"),
               {{200, order("COMPLETED", with_capture(capture_of("COMPLETED"))), "succeeded CAPTURE1"},
                {200, order("COMPLETED", with_capture(capture_of("COMPLETED", "3.00"))), "unknown"},
                {200, order("COMPLETED"), "unknown"},
                {429, "", "unknown"}});
}

TEST(PayPalVoid, is_done_when_nothing_is_held_any_more) {
  const auto instruction = follow_up(AttemptKind::void_authorization, "AUTH1");
  expect_after(instruction, void_authorization(instruction),
               {{204, "", "succeeded"},
                {200, R"({"id":"AUTH1","status":"VOIDED"})", "succeeded"},
                {200, R"({"id":"AUTH1","status":"CREATED"})", "unknown"},
                {200, R"({"id":"AUTH2","status":"VOIDED"})", "unknown"},
                {200, R"({"id":"AUTH1","status":"VOIDED","custom_id":"1002"})", "unknown"},
                {200, R"({"id":"AUTH1","status":"VOIDED","amount":{"currency_code":"CAD","value":"9.00"}})",
                 "unknown"},
                {200, R"({"id":"AUTH1","status":"VOIDED","amount":{"currency_code":"USD","value":"10.50"}})",
                 "unknown"},
                {200, "", "unknown"},
                {422, refusal("PREVIOUSLY_VOIDED"), "GET /v2/payments/authorizations/AUTH1"},
                {422, refusal("CANNOT_BE_VOIDED"), "GET /v2/payments/authorizations/AUTH1"},
                {422, refusal("PREVIOUSLY_CAPTURED"), "declined already_captured"},
                {409, refusal("PREVIOUS_REQUEST_IN_PROGRESS"), "unknown"},
                {401, "", "not_executed"},
                {500, "", "unknown"}});
  expect_after(instruction, show(Ask::show_authorization, "AUTH1"),
               {{200, R"({"id":"AUTH1","status":"VOIDED"})", "succeeded"},
                {200, R"({"id":"AUTH1","status":"EXPIRED"})", "succeeded"},
                {200, R"({"id":"AUTH1","status":"CREATED"})", "unknown"}});
}

TEST(PayPalVoid, of_an_order_that_was_never_taken_needs_nothing) {
  const auto instruction = follow_up(AttemptKind::void_authorization, "ORDER1");
  expect_after(instruction, void_authorization(instruction),
               {{404, refusal("INVALID_RESOURCE_ID"), "GET /v2/checkout/orders/ORDER1"}});
  expect_after(instruction, show(Ask::show_order_let_go, "ORDER1"),
               {{200, order("PAYER_ACTION_REQUIRED"), "succeeded"},
                {200, order("APPROVED"), "unknown"},
                {200, order("COMPLETED", with_capture(capture_of("COMPLETED"))), "unknown"},
                {200, "{}", "unknown"},
                {404, "", "unknown"}});
}

// The first of the two may be what used up the rest.
TEST(PayPalRefund, that_was_sent_twice_is_not_declined_for_what_is_left) {
  const auto instruction = follow_up(AttemptKind::refund, "CAPTURE1");
  const http::CallOutcome second =
      http::Answer{.status = 422, .body = refusal("CAPTURE_FULLY_REFUNDED"), .was_sent_twice = true};
  EXPECT_EQ(test::in_words(
                PayPalWire{test::noon}.next(instruction, refund(instruction, "10.50", Ask::refund), second)),
            "unknown");
}

TEST(PayPalRefund, is_proved_by_what_was_refunded) {
  const auto instruction = follow_up(AttemptKind::refund, "CAPTURE1");
  expect_after(instruction, refund(instruction, "10.50", Ask::refund),
               {{201, capture_of("COMPLETED"), "succeeded CAPTURE1"},
                {201, capture_of("PENDING"), "pending CAPTURE1"},
                {201, capture_of("FAILED"), "declined refund_failed"},
                {201, capture_of("CANCELLED"), "declined refund_failed"},
                {201, capture_of("COMPLETED", "1050"), "unknown"},
                {201, R"({"id":"REFUND1","status":"COMPLETED"})", "GET /v2/payments/refunds/REFUND1"},
                {422, refusal("CAPTURE_FULLY_REFUNDED"), "declined already_refunded"},
                {422, refusal("REFUND_AMOUNT_EXCEEDED"), "declined already_refunded"},
                {422, refusal("REFUND_TIME_LIMIT_EXCEEDED"), "declined refund_not_allowed"},
                {422, refusal("PENDING_CAPTURE"), "not_executed"},
                {429, "", "not_executed"},
                {502, "<html>", "unknown"}});
}

TEST(PayPalRefund, that_is_asked_for_again_may_be_what_used_up_the_rest) {
  const auto instruction = follow_up(AttemptKind::refund, "CAPTURE1");
  expect_after(instruction, refund(instruction, "10.50", Ask::refund_again),
               {{201, capture_of("COMPLETED"), "succeeded CAPTURE1"},
                {422, refusal("CAPTURE_FULLY_REFUNDED"), "unknown"},
                {422, refusal("REFUND_AMOUNT_EXCEEDED"), "unknown"},
                {422, refusal("REFUND_NOT_ALLOWED"), "declined refund_not_allowed"}});
}

TEST(PayPalLookUp, of_another_capture_or_refund_proves_nothing) {
  auto captured = follow_up(AttemptKind::capture, "AUTH1");
  captured.attempt.call->reference = "CAPTURE2";
  expect_after(captured, show(Ask::show_capture, "CAPTURE2"), {{200, capture_of("COMPLETED"), "unknown"}});
  auto refunded = follow_up(AttemptKind::refund, "CAPTURE1");
  refunded.attempt.call->reference = "REFUND2";
  expect_after(refunded, show(Ask::show_refund, "REFUND2"), {{200, capture_of("COMPLETED"), "unknown"}});
}

}  // namespace
}  // namespace pay::paypal
