// Ways to pay, and payments whose provider takes its time: what a client is told meanwhile.
#include <gmock/gmock.h>

#include "unit/controller/api_fixture.hpp"

namespace pay::test {
namespace {

using testing::HasSubstr;

constexpr auto token_body = R"({"payment_method":{"type":"card","token":"pm_card_visa"}})";
constexpr auto wallet_body =
    R"({"payment_method":{"type":"wallet","wallet":"paypal"},"return_url":"https://shop.example/o/42"})";

class Paying : public ApiTest {
 protected:
  void create(std::string_view more = "") {
    std::string body(create_body);
    body.insert(body.size() - 1, more);
    ASSERT_EQ(send({.method = "POST", .path = "/payments", .body = body}).status, 201);
  }
  static Sent process(std::string_view body = token_body) {
    return {.method = "POST", .path = "/payments/process/1", .body = std::string(body)};
  }
  /// The response to a request that a provider is asked for.
  http::Response send(FakeProvider& provider, Sent sent, Outcome outcome) {
    begin(std::move(sent));
    run_until_asked(provider);
    provider.answer_next(std::move(outcome));
    return finish();
  }
  using ApiTest::send;
};

TEST_F(Paying, with_what_stands_for_a_card_is_as_with_the_card) {
  create();
  const auto response = send(process());
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("status":"paid","is_paid":true)"));
  EXPECT_FALSE(headers_of(response).contains("Location"));
}

TEST_F(Paying, with_a_method_that_the_client_may_not_use_names_those_it_may) {
  register_.have({{.name = "shop",
                   .notify_url = {},
                   .methods = *Methods::parse("apple_pay,paypal"),
                   .created_at = start_of_tests,
                   .keys = {{.id = {}, .hash = hash_of("key"), .created_at = start_of_tests}}}});
  const auto send_as_shop = [&](Sent sent) {
    sent.headers.emplace_back("X-Api-Key", "key");
    return send(std::move(sent));
  };
  ASSERT_EQ(send_as_shop({.method = "POST", .path = "/payments", .body = create_body}).status, 201);
  for (const std::string_view body : {std::string_view(token_body), std::string_view(card_body)}) {
    const auto response = send_as_shop(process(body));
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body, HasSubstr(R"({"field":"payment_method","message":"is not accepted here; )"
                                         R"(accepted: apple_pay,paypal"})"));
  }
  EXPECT_EQ(memory_.payments.at({1}).status, Status::pending);
}

TEST_F(Paying, at_a_provider_that_answers_is_told_as_ever) {
  auto& bank = have_provider("bank");
  create();
  const auto paid =
      send(bank, process(),
           Succeeded{.method = PaymentMethod{.brand = Brand::visa, .last4 = "4242", .expiry = {}},
                     .reference = "pi_1"});
  EXPECT_EQ(paid.status, 200);
  EXPECT_THAT(paid.body, HasSubstr(R"("status":"paid")"));
  EXPECT_FALSE(headers_of(paid).contains("Location"));
  EXPECT_THAT(notifier_.asked(),
              testing::ElementsAre(FakeNotifier::Asked{{1}, memory_.payments.at({1}).version}))
      << "the shop is told before its payer is answered";
  const auto refused =
      send(bank, {.method = "POST", .path = "/payments/1/refund"}, Declined{.decline_code = "disputed"});
  EXPECT_EQ(refused.status, 402);
  EXPECT_THAT(refused.body, HasSubstr(R"("decline_code":"disputed")"));
}

TEST_F(Paying, at_a_provider_that_does_not_answer_is_200_with_the_place_to_ask_again) {
  auto& bank = have_provider("bank");
  create();
  const auto response = send(bank, process(), Unknown{.why = "timed_out"});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("status":"processing","is_paid":false)"));
  EXPECT_EQ(headers_of(response)["Location"], "/payments/1");
}

TEST_F(Paying, that_the_payer_must_agree_to_says_where) {
  auto& bank = have_provider("bank");
  create();
  const auto response = send(bank, process(wallet_body),
                             ActionRequired{.url = "https://bank.example/agree", .reference = "o_1"});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("status":"requires_action","is_paid":false)"));
  EXPECT_THAT(
      response.body,
      HasSubstr(
          R"("next_action":{"type":"redirect","url":"https://bank.example/agree","expires_at":"2026-02-01T12:00:00)"));
  EXPECT_EQ(headers_of(response)["Location"], "/payments/1");
}

TEST_F(Paying, at_a_provider_that_was_never_asked_is_503_with_the_time_to_wait) {
  auto& bank = have_provider("bank");
  create();
  const auto response = send(bank, process(), NotExecuted{.why = "refused"});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(headers_of(response)["Retry-After"], "1");
  EXPECT_THAT(response.body, testing::Not(HasSubstr("bank")));
}

TEST_F(Paying, twice_with_one_key_before_the_provider_has_answered_is_409) {
  auto& bank = have_provider("bank");
  create();
  auto sent = process();
  sent.headers = {{"Idempotency-Key", "k"}};
  send(bank, sent, Unknown{.why = "timed_out"});
  const auto response = send(sent);
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(response.body, HasSubstr(R"("code":"idempotency_key_in_use")"));
  EXPECT_EQ(headers_of(response)["Retry-After"], "1");
}

TEST_F(Paying, that_is_still_open_when_it_is_to_be_undone_is_409_with_the_time_to_wait) {
  auto& bank = have_provider("bank");
  create();
  send(bank, process(), Unknown{.why = "timed_out"});
  const auto response =
      send(bank, {.method = "POST", .path = "/payments/1/cancel"}, Unknown{.why = "timed_out"});
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(response.body, HasSubstr("GET /payments/1 until it is"));
  EXPECT_THAT(response.body, HasSubstr(R"("retryable":true)"));
  EXPECT_EQ(headers_of(response)["Retry-After"], "1");
}

TEST_F(Paying, leaves_attempts_that_can_be_listed_by_what_became_of_them) {
  shelf_.attempts = {{.id = {7}, .payment_id = {1}, .provider = "bank", .outcome = AttemptOutcome::unknown}};
  const auto response = send({.method = "GET",
                              .path = "/attempts",
                              .query = "outcome=unknown&provider=bank&needs_attention=false&limit=3"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(
      shelf_.attempt_filter,
      (AttemptFilter{.outcome = AttemptOutcome::unknown, .provider = "bank", .needs_attention = false}));
  EXPECT_EQ(shelf_.limit, 3U);
  EXPECT_THAT(response.body, HasSubstr(R"("outcome":"unknown")"));
  EXPECT_EQ(send({.method = "GET", .path = "/attempts", .query = "outcome=lost"}).status, 400);
}

TEST_F(Paying, shows_how_providers_do) {
  have_provider("bank");
  const auto response = send({.method = "GET", .path = "/providers"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, view::providers(providers_->health()));
  EXPECT_THAT(response.body, HasSubstr(R"("name":"bank","state":"up")"));
}

}  // namespace
}  // namespace pay::test
