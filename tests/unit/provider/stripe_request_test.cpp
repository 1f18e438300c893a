// What Stripe is sent, verb by verb, and what is asked when nobody knows. No network: the wire is pure.
#include <gtest/gtest.h>

#include "provider/stripe/requests.hpp"
#include "provider/stripe/wire.hpp"
#include "unit/provider/show_outcome.hpp"
#include "unit/provider/stripe_samples.hpp"

namespace pay::stripe {
namespace {

using namespace test;
using namespace std::chrono_literals;

class StripeRequest : public testing::Test {
 protected:
  static ProviderRequest request_of(const Step& step) {
    if (const auto* const outcome = std::get_if<Outcome>(&step)) {
      ADD_FAILURE() << show(*outcome);
      return {};
    }
    return std::get<ProviderRequest>(step);
  }
  [[nodiscard]] ProviderRequest carried_out(const Instruction& instruction) const {
    return request_of(wire_.carry_out(instruction));
  }
  [[nodiscard]] ProviderRequest looked_up(const Instruction& instruction) const {
    return request_of(wire_.look_up(instruction));
  }
  [[nodiscard]] Step after(const Instruction& instruction, const ProviderRequest& asked, int status,
                           std::string body) const {
    return wire_.next(instruction, asked, http::Answer{.status = status, .body = std::move(body)});
  }

  FakeClock clock_;
  const StripeWire wire_{clock_};
  const std::string key_ = key_of_samples();
};

TEST_F(StripeRequest, an_authorization_is_an_intent_that_is_confirmed_at_once_under_the_attempts_key) {
  auto instruction = asked();
  instruction.description = "Two chairs & a table";
  instruction.return_url = "https://shop.test/payments/7/return?attempt=x";
  const auto request = carried_out(instruction);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/v1/payment_intents");
  EXPECT_EQ(request.content_type, "application/x-www-form-urlencoded");
  EXPECT_EQ(request.headers,
            (std::vector<std::string>{"Stripe-Version: 2024-06-20", "Idempotency-Key: " + key_}));
  EXPECT_TRUE(request.repeatable);
  EXPECT_EQ(
      request.body,
      "amount=1999&currency=cad&confirm=true&capture_method=automatic&payment_method_types[]=card"
      "&payment_method=pm_card_visa&return_url=https%3A%2F%2Fshop.test%2Fpayments%2F7%2Freturn%3Fattempt%3Dx"
      "&description=Two%20chairs%20%26%20a%20table&metadata[payment_id]=7&metadata[order_id]=70"
      "&metadata[attempt]=" +
          key_ + "&expand[]=latest_charge");
}

TEST_F(StripeRequest, what_is_only_to_be_held_is_captured_by_hand) {
  EXPECT_TRUE(carried_out(asked({.captures = false})).body.contains("&capture_method=manual&"));
}

TEST_F(StripeRequest, a_token_of_the_browser_becomes_a_payment_method_on_the_way) {
  auto instruction = asked();
  instruction.attempt.call->source = {
      .kind = KeptSource::Kind::wallet, .wallet = WalletName::apple_pay, .token = "tok_visa"};
  const auto body = carried_out(instruction).body;
  EXPECT_TRUE(body.contains("&payment_method_data[type]=card&payment_method_data[card][token]=tok_visa&"));
  EXPECT_FALSE(body.contains("payment_method="));
}

TEST_F(StripeRequest, a_typed_card_is_sent_the_first_time_only) {
  auto instruction = asked();
  instruction.attempt.call->source = {.kind = KeptSource::Kind::raw_card};
  EXPECT_EQ(show(std::get<Outcome>(wire_.carry_out(instruction))),
            "not_executed the card that was typed is gone");
  instruction.card = std::make_shared<Card>(
      Card{.number = Secret("4242424242424242"), .cvc = Secret("123"), .expiry = {.year = 2030, .month = 4}});
  EXPECT_TRUE(
      carried_out(instruction)
          .body.contains("&payment_method_data[type]=card&payment_method_data[card][number]="
                         "4242424242424242&payment_method_data[card][cvc]=123&payment_method_data[card]"
                         "[exp_month]=4&payment_method_data[card][exp_year]=2030&"));
}

TEST_F(StripeRequest, a_capture_names_its_amount) {
  const auto request = carried_out(asked({.kind = AttemptKind::capture, .amount_minor = 1500}));
  EXPECT_EQ(request.path, "/v1/payment_intents/pi_1/capture");
  EXPECT_EQ(request.body, "amount_to_capture=1500&expand[]=latest_charge");
  EXPECT_EQ(request.headers.back(), "Idempotency-Key: " + key_);
}

TEST_F(StripeRequest, a_void_has_a_key_of_its_own_since_it_may_give_up_an_attempt_under_that_attempts_id) {
  const auto request = carried_out(asked({.kind = AttemptKind::void_authorization}));
  EXPECT_EQ(request.path, "/v1/payment_intents/pi_1/cancel");
  EXPECT_EQ(request.headers.back(), "Idempotency-Key: " + key_ + "-void-0");
  EXPECT_FALSE(request.body.empty());
}

TEST_F(StripeRequest, a_refund_names_its_intent_and_its_attempt) {
  const auto request = carried_out(asked({.kind = AttemptKind::refund, .amount_minor = 500}));
  EXPECT_EQ(request.path, "/v1/refunds");
  EXPECT_EQ(request.body,
            "payment_intent=pi_1&amount=500&metadata[payment_id]=7&metadata[order_id]=70&metadata[attempt]=" +
                key_);
}

TEST_F(StripeRequest, an_amount_that_stripe_cannot_write_is_declined_without_asking) {
  for (const auto kind : {AttemptKind::authorize, AttemptKind::capture, AttemptKind::refund}) {
    const auto instruction = asked({.kind = kind, .amount_minor = 5, .currency = "KWD"});
    EXPECT_EQ(show(std::get<Outcome>(wire_.carry_out(instruction))), "declined invalid_amount");
    EXPECT_EQ(show(std::get<Outcome>(wire_.look_up(instruction))), "declined invalid_amount");
  }
}

TEST_F(StripeRequest, what_has_a_reference_is_shown) {
  const auto intent = looked_up(asked({.reference = "pi_1"}));
  EXPECT_EQ(intent.method, "GET");
  EXPECT_EQ(intent.path, "/v1/payment_intents/pi_1?expand%5B%5D=latest_charge");
  EXPECT_EQ(looked_up(asked({.kind = AttemptKind::refund, .reference = "re_1"})).path, "/v1/refunds/re_1");
}

TEST_F(StripeRequest, without_a_reference_the_same_request_is_repeated_under_the_same_key) {
  for (const auto kind : {AttemptKind::authorize, AttemptKind::refund}) {
    const auto instruction = asked({.kind = kind});
    const auto first = carried_out(instruction);
    const auto again = looked_up(instruction);
    EXPECT_EQ(again.path, first.path);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.headers, first.headers);
  }
}

TEST_F(StripeRequest, a_key_that_stripe_may_have_forgotten_is_never_used_again) {
  clock_.advance(23h);
  EXPECT_TRUE(
      looked_up(asked()).path.starts_with("/v1/payment_intents/search?query=metadata%5B%22attempt%22%5D"));
  EXPECT_EQ(looked_up(asked({.kind = AttemptKind::refund})).path,
            "/v1/refunds?limit=100&payment_intent=pi_1");
}

TEST_F(StripeRequest, a_typed_card_that_is_gone_is_looked_for_among_intents_of_that_time) {
  auto instruction = asked();
  instruction.attempt.call->source = {.kind = KeptSource::Kind::raw_card};
  const auto page = looked_up(instruction);
  const auto created = std::chrono::floor<std::chrono::seconds>(start_of_tests).time_since_epoch().count();
  EXPECT_EQ(page.path, fmt::format("/v1/payment_intents?limit=100&created%5Bgte%5D={}&created%5Blte%5D={}",
                                   created - 60, created + 120));

  const auto other = Intent{.id = "pi_0", .attempt = "attempt-4-0"}.text();
  const auto more = after(instruction, page, 200, R"({"data":[)" + other + R"(],"has_more":true})");
  EXPECT_TRUE(request_of(more).path.ends_with("&starting_after=pi_0"));
  const auto found = after(instruction, page, 200, R"({"data":[)" + other + "," + Intent{}.text() + "]}");
  EXPECT_EQ(request_of(found).path, "/v1/payment_intents/pi_1?expand%5B%5D=latest_charge");
  const auto none = after(instruction, page, 200, R"({"data":[)" + other + R"(],"has_more":false})");
  EXPECT_EQ(show(std::get<Outcome>(none)), "unknown no intent of this attempt was found");
}

// At a busy shop there are more intents of that time than anybody may read.
TEST_F(StripeRequest, a_typed_card_that_is_gone_is_searched_as_soon_as_stripe_finds_it) {
  auto instruction = asked();
  instruction.attempt.call->source = {.kind = KeptSource::Kind::raw_card};
  clock_.advance(10min);
  const auto search = looked_up(instruction);
  EXPECT_TRUE(search.path.starts_with("/v1/payment_intents/search?"));
  const auto found = after(instruction, search, 200, R"({"data":[)" + Intent{}.text() + "]}");
  EXPECT_EQ(request_of(found).path, "/v1/payment_intents/pi_1?expand%5B%5D=latest_charge");
  EXPECT_EQ(show(std::get<Outcome>(after(instruction, search, 500, "{}"))),
            "unknown not shown: HTTP status 500");
}

TEST_F(StripeRequest, what_a_search_does_not_find_is_listed) {
  const auto instruction = asked();
  clock_.advance(23h);
  const auto search = looked_up(instruction);
  for (const auto& [status, body] : {std::pair{200, R"({"data":[]})"}, std::pair{400, "{}"}}) {
    const auto next = request_of(after(instruction, search, status, body));
    EXPECT_TRUE(next.path.starts_with("/v1/payment_intents?limit=100")) << status;
  }
}

TEST_F(StripeRequest, refunds_are_looked_through_to_the_last) {
  const auto refund = asked({.kind = AttemptKind::refund, .amount_minor = 500});
  clock_.advance(23h);
  const auto others = R"({"data":[{"id":"re_0"}],"has_more":true})";
  const auto next = request_of(after(refund, looked_up(refund), 200, others));
  EXPECT_EQ(next.path, "/v1/refunds?limit=100&payment_intent=pi_1&starting_after=re_0");
}

TEST_F(StripeRequest, a_repeat_whose_answer_tells_nothing_is_followed_by_a_search) {
  const auto authorization = asked();
  const auto again = looked_up(authorization);
  for (const auto& [status, body] : {std::pair{500, std::string("{}")}, std::pair{503, std::string("<html>")},
                                     std::pair{400, error_text("idempotency_error", "x")}}) {
    const auto next = request_of(after(authorization, again, status, body));
    EXPECT_TRUE(next.path.starts_with("/v1/payment_intents?limit=100")) << status;
  }
  const auto refund = asked({.kind = AttemptKind::refund, .amount_minor = 500});
  const auto list = request_of(after(refund, looked_up(refund), 500, "{}"));
  EXPECT_EQ(list.path, "/v1/refunds?limit=100&payment_intent=pi_1");
  EXPECT_EQ(show(std::get<Outcome>(after(refund, list, 200, R"({"data":[)" + RefundShown{}.text() + "]}"))),
            "succeeded re_1");
  EXPECT_EQ(show(std::get<Outcome>(after(refund, list, 200, R"({"data":[]})"))),
            "unknown no refund of this attempt was found");
}

TEST_F(StripeRequest, a_capture_is_repeated_only_when_the_intent_still_waits_for_it) {
  auto instruction = asked({.kind = AttemptKind::capture, .captures = false});
  instruction.attempt.call->tries = 3;
  const auto shown = looked_up(instruction);
  EXPECT_EQ(shown.path, "/v1/payment_intents/pi_1?expand%5B%5D=latest_charge");
  const auto again = request_of(after(instruction, shown, 200, Intent{.status = "requires_capture"}.text()));
  EXPECT_EQ(again.path, "/v1/payment_intents/pi_1/capture");
  EXPECT_EQ(again.headers.back(), "Idempotency-Key: " + key_ + "-capture-3");
  EXPECT_EQ(show(std::get<Outcome>(after(instruction, shown, 200, Intent{}.text()))), "succeeded pi_1");
}

TEST_F(StripeRequest, a_void_is_repeated_only_when_the_intent_still_waits_for_it) {
  const auto instruction = asked({.kind = AttemptKind::void_authorization});
  const auto shown = looked_up(instruction);
  const auto again = request_of(after(instruction, shown, 200, Intent{.status = "requires_capture"}.text()));
  EXPECT_EQ(again.path, "/v1/payment_intents/pi_1/cancel");
  EXPECT_EQ(again.headers.back(), "Idempotency-Key: " + key_ + "-void-0");
  EXPECT_EQ(show(std::get<Outcome>(after(instruction, shown, 200, Intent{.status = "canceled"}.text()))),
            "succeeded pi_1");
  EXPECT_EQ(show(std::get<Outcome>(after(instruction, shown, 200, Intent{.id = "pi_2"}.text()))),
            "unknown the answer is about another intent");
}

}  // namespace
}  // namespace pay::stripe
