// PayPal as it is set up: what it takes, and what it cannot be built with.
#include "provider/paypal/paypal.hpp"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "unit/provider/paypal_samples.hpp"

namespace pay {
namespace {

class PayPal : public ::testing::Test {
 protected:
  BuiltProvider build() {
    return build_paypal({.setting =
                             [this](std::string_view name) {
                               const auto found = settings_.find(name);
                               return found == settings_.end() ? std::string{} : found->second;
                             },
                         .client = client_,
                         .clock = clock_,
                         .deadline = std::chrono::seconds{10}});
  }

  std::map<std::string, std::string, std::less<>> settings_{{"paypal-client-id", "app"},
                                                            {"paypal-client-secret", "s3cret"},
                                                            {"paypal-api-base", "https://api-m.paypal.com"}};
  test::WaitingClient client_;
  test::FakeClock clock_;
};

TEST_F(PayPal, takes_its_wallet_and_saved_cards_in_its_currencies) {
  using enum KeptSource::Kind;
  const auto built = build();
  const auto takes = [&built](const KeptSource& source, std::string_view code, std::int64_t minor) {
    return built.provider->takes({source, test::currency(code), minor});
  };
  EXPECT_EQ(built.provider->name(), "paypal");
  EXPECT_TRUE(takes({.kind = wallet, .wallet = WalletName::paypal}, "CAD", 1));
  EXPECT_TRUE(takes({.kind = card_token, .token = "V"}, "JPY", 1));
  EXPECT_FALSE(takes({.kind = card_token, .token = "a name, not an id"}, "CAD", 1));
  EXPECT_FALSE(takes({.kind = raw_card}, "CAD", 1));
  EXPECT_FALSE(takes({.kind = wallet, .wallet = WalletName::apple_pay, .token = "T"}, "CAD", 1));
  EXPECT_FALSE(takes({.kind = wallet, .wallet = WalletName::google_pay, .token = "T"}, "CAD", 1));
  EXPECT_FALSE(takes({.kind = card_token, .token = "V"}, "KWD", 1000));
  EXPECT_FALSE(takes({.kind = card_token, .token = "V"}, "HUF", 150)) << "PayPal has no half forints";
  settings_["paypal-allow-raw-cards"] = "true";
  EXPECT_TRUE(build().provider->takes({{.kind = raw_card}, test::currency("CAD"), 1}));
}

TEST_F(PayPal, takes_no_token_that_stripe_made) {
  const auto built = build();
  for (const auto* const token : {"pm_card_visa", "tok_visa", "card_1", "src_1"}) {
    EXPECT_FALSE(built.provider->takes(
        {{.kind = KeptSource::Kind::card_token, .token = token}, test::currency("CAD"), 1}))
        << token;
    EXPECT_FALSE(built.provider->takes(
        {{.kind = KeptSource::Kind::wallet, .wallet = WalletName::paypal, .token = token},
         test::currency("CAD"),
         1}))
        << token;
  }
}

TEST_F(PayPal, serves_cards_and_its_wallet_in_its_currencies) {
  EXPECT_TRUE(paypal_serves(Method::paypal, test::currency("JPY")));
  EXPECT_TRUE(paypal_serves(Method::card, std::nullopt));
  EXPECT_FALSE(paypal_serves(Method::card, test::currency("KWD")));
  EXPECT_FALSE(paypal_serves(Method::google_pay, std::nullopt));
}

TEST_F(PayPal, opens_its_door_for_webhooks_only_with_their_id) {
  EXPECT_EQ(build().webhook, nullptr);
  settings_["paypal-webhook-id"] = "WH1";
  EXPECT_NE(build().webhook, nullptr);
}

TEST_F(PayPal, is_asked_where_its_api_stands) {
  settings_["paypal-api-base"] = "http://127.0.0.1:8080";
  const auto built = build();
  std::string outcome;
  built.provider->carry_out(test::charge(), [&](const Outcome& found) { outcome = name(found); });
  EXPECT_EQ(client_.waiting.front().request.url, "http://127.0.0.1:8080/v1/oauth2/token");
  client_.reply(test::answer(401, "{}"));
  EXPECT_EQ(outcome, "not_executed");
}

TEST_F(PayPal, is_not_built_without_what_lets_it_in) {
  for (const auto* const name : {"paypal-client-id", "paypal-client-secret"}) {
    auto kept = settings_.extract(name);
    EXPECT_THROW(build(), std::invalid_argument) << name;
    settings_.insert(std::move(kept));
  }
  settings_["paypal-allow-raw-cards"] = "perhaps";
  EXPECT_THROW(build(), std::invalid_argument);
}

TEST_F(PayPal, charges_a_saved_card_in_two_requests_the_first_time_and_one_later) {
  const auto built = build();
  std::vector<std::string> outcomes;
  const auto charge = [&] {
    built.provider->carry_out(test::charge(),
                              [&](const Outcome& outcome) { outcomes.emplace_back(name(outcome)); });
  };
  charge();
  client_.reply(test::answer(200, R"({"access_token":"T1","expires_in":3600})"));
  const auto paid = test::order("COMPLETED", test::with_capture(test::capture_of("COMPLETED")));
  client_.reply(test::answer(201, paid));
  charge();
  client_.reply(test::answer(201, paid));
  EXPECT_EQ(outcomes, (std::vector<std::string>{"succeeded", "succeeded"}));
  EXPECT_EQ(client_.sent, 3U);
}

TEST_F(PayPal, takes_an_order_that_its_payer_has_approved_when_it_is_looked_up) {
  const auto built = build();
  auto instruction = test::by_page();
  instruction.attempt.call->reference = "ORDER1";
  std::string outcome;
  built.provider->look_up(instruction, [&](const Outcome& found) { outcome = name(found); });
  client_.reply(test::answer(200, R"({"access_token":"T1","expires_in":3600})"));
  client_.reply(test::answer(200, test::order("APPROVED")));
  const auto& take = client_.waiting.front().request;
  EXPECT_EQ(take.url, "https://api-m.paypal.com/v2/checkout/orders/ORDER1/capture");
  EXPECT_EQ(take.headers.front(), "PayPal-Request-Id: " + provider_key(instruction.attempt) + "-take");
  client_.reply(
      test::answer(201, test::order("COMPLETED", test::with_capture(test::capture_of("COMPLETED")))));
  EXPECT_EQ(outcome, "succeeded");
}

}  // namespace
}  // namespace pay
