// Which providers a service is built with, by what is chosen, what is set and what was left open; and what is
// said of those that cannot be.
#include "app/provider_set.hpp"

#include <gmock/gmock.h>

#include "support/fake_clock.hpp"

namespace pay::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

ProviderConfiguration configured(const Values& values, const std::vector<RouteTable>& routes = {}) {
  const Environment nothing = [](std::string_view) { return std::nullopt; };
  return configure_providers(Sources({}, nothing, values), routes);
}

const Values with_stripe{{"provider", "stripe"}, {"stripe-secret-key", "sk_test_hunter2"}};
const Values paypals_secrets{{"paypal-client-id", "id"}, {"paypal-client-secret", "hunter2"}};

Values operator+(Values one, const Values& other) {
  one.insert(other.begin(), other.end());
  return one;
}

class ProviderSetTest : public testing::Test, public ProviderObserver {
 protected:
  void on_provider_call(std::string_view, std::string_view, std::chrono::nanoseconds) override {}
  void on_provider_circuit(std::string_view, bool) override {}
  void on_provider_wait(std::string_view, std::chrono::nanoseconds) override {}
  void on_provider_kept_back(std::string_view, std::string_view) override {}

  std::unique_ptr<ProviderSet> build(const ProviderConfiguration& configuration) {
    return std::make_unique<ProviderSet>(configuration,
                                         ProviderSet::Parts{.clock = clock_, .observer = *this});
  }

  test::FakeClock clock_;
};

std::string complaint(const ProviderConfiguration& configuration) {
  try {
    check_providers(configuration);
  } catch (const ConfigurationError& e) {
    return e.what();
  }
  return {};
}

TEST_F(ProviderSetTest, is_empty_with_the_simulator_alone) {
  const auto set = build(configured({}));
  EXPECT_THAT(set->providers().names(), IsEmpty());
  ASSERT_EQ(set->providers().health().size(), 1U);
  EXPECT_TRUE(set->providers().health().front().at_once);
  EXPECT_EQ(set->webhook("stripe"), nullptr);
}

TEST_F(ProviderSetTest, has_the_simulator_in_two_steps_when_that_is_said) {
  const auto set = build(configured({{"simulator-two-step", "true"}, {"simulator-timeout-ms", "700"}}));
  EXPECT_THAT(set->providers().names(), ElementsAre("simulator"));
  ASSERT_EQ(set->providers().health().size(), 1U);
  EXPECT_FALSE(set->providers().health().front().at_once);
  EXPECT_EQ(set->longest_call(), std::chrono::milliseconds(1050));
}

TEST_F(ProviderSetTest, has_those_of_the_list_and_of_every_rule) {
  const auto configuration =
      configured(with_stripe + paypals_secrets, {{{"method", {"paypal"}}, {"providers", {"paypal"}}}});
  EXPECT_THAT(configuration.chosen(), ElementsAre("paypal", "stripe"));
  EXPECT_EQ(configuration.calls_at_once(), 528U);
  EXPECT_THAT(build(configuration)->providers().names(), ElementsAre("paypal", "stripe"));
}

TEST_F(ProviderSetTest, keeps_those_that_are_chosen_no_more_as_long_as_their_secrets_are_there) {
  const auto set = build(configured(paypals_secrets));
  EXPECT_THAT(set->providers().names(), ElementsAre("paypal"));
}

TEST_F(ProviderSetTest, counts_the_calls_of_those_that_are_built_though_not_chosen) {
  EXPECT_EQ(configured({}).calls_at_once(), 0U);
  EXPECT_EQ(configured({{"simulator-two-step", "true"}}).calls_at_once(), 0U) << "it is in this process";
  EXPECT_EQ(configured(paypals_secrets).calls_at_once(), 272U);
  EXPECT_EQ(configured(with_stripe + paypals_secrets).calls_at_once(), 528U);
}

TEST_F(ProviderSetTest, lets_webhooks_in_where_there_is_a_secret_for_them) {
  EXPECT_EQ(build(configured(with_stripe))->webhook("stripe"), nullptr);
  const auto set = build(configured(with_stripe + Values{{"stripe-webhook-secret", "whsec_x"}}));
  EXPECT_NE(set->webhook("stripe"), nullptr);
  EXPECT_EQ(set->webhook("paypal"), nullptr);
}

TEST_F(ProviderSetTest, ends_more_than_once_without_harm) {
  const auto set = build(configured(with_stripe));
  set->stop();
  set->stop();
}

TEST(ConfigureProviders, has_urls_without_a_slash_at_their_end) {
  const auto setups = configured({{"paypal-api-base", "http://127.0.0.1:8080//"}}).setups;
  EXPECT_EQ(setups.at(2).setting("paypal-api-base"), "http://127.0.0.1:8080");
}

TEST(ConfigureProviders, refuses_what_counts_only_with_two_steps_of_the_simulator) {
  for (const auto& [name, value] : Values{{"simulator-latency-ms", "50"},
                                          {"simulator-approval-ms", "5"},
                                          {"simulator-seed", "7"},
                                          {"simulator-failures", "refuse=0.5"},
                                          {"simulator-timeout-ms", "200"}}) {
    EXPECT_NO_THROW(configured({{name, value}, {"simulator-two-step", "true"}})) << name;
    EXPECT_THROW(configured({{name, value}}), ConfigurationError) << name;
  }
}

TEST(CheckProviders, names_the_variable_of_a_secret_that_is_missing) {
  EXPECT_THAT(complaint(configured({{"provider", "stripe"}})), HasSubstr("STRIPE_SECRET_KEY"));
  EXPECT_THAT(complaint(configured({{"provider", "paypal"}})), HasSubstr("PAYPAL_CLIENT_ID"));
  EXPECT_THAT(complaint(configured({{"provider", "paypal"}, {"paypal-client-id", "id"}})),
              HasSubstr("PAYPAL_CLIENT_SECRET"));
  const std::vector<RouteTable> rule{{{"method", {"paypal"}}, {"providers", {"paypal"}}}};
  EXPECT_THAT(complaint(configured({}, rule)), HasSubstr("PAYPAL_CLIENT_ID"));
}

TEST(CheckProviders, asks_for_no_secret_of_a_provider_that_is_not_chosen) {
  EXPECT_EQ(complaint(configured({})), "");
  EXPECT_EQ(complaint(configured(with_stripe)), "");
}

TEST(CheckProviders, refuses_settings_that_make_no_sense_without_repeating_a_secret) {
  const auto said =
      complaint(configured({{"simulator-two-step", "true"}, {"simulator-failures", "refuse=2"}}));
  EXPECT_THAT(said, HasSubstr("simulator-failures"));
  const Values bad_key{{"provider", "stripe"}, {"stripe-secret-key", "sk test hunter2"}};
  EXPECT_THAT(complaint(configured(bad_key)),
              AllOf(HasSubstr("STRIPE_SECRET_KEY"), Not(HasSubstr("hunter2"))));
  const Values publishable{{"provider", "stripe"}, {"stripe-secret-key", "pk_live_hunter2"}};
  EXPECT_THAT(complaint(configured(publishable)), AllOf(HasSubstr("publishable"), Not(HasSubstr("hunter2"))));
}

TEST(CheckProviders, refuses_a_list_of_secrets_with_none_in_it) {
  for (const auto* text : {",", " , ", " "}) {
    const auto said = complaint(configured(with_stripe + Values{{"stripe-webhook-secret", text}}));
    EXPECT_THAT(said, HasSubstr("STRIPE_WEBHOOK_SECRET has no secret in it")) << text;
  }
}

TEST(DoubtsAboutProviders, are_told_of_a_simulator_beside_a_real_one) {
  EXPECT_THAT(doubts_about(configured({})), IsEmpty());
  EXPECT_THAT(doubts_about(configured(with_stripe)), IsEmpty());
  EXPECT_THAT(doubts_about(configured({{"provider", "stripe,simulator"}, {"stripe-secret-key", "x"}})),
              ElementsAre(HasSubstr("is no money")));
  const std::vector<RouteTable> rule{{{"currency", {"CAD"}}, {"providers", {"simulator", "stripe"}}}};
  EXPECT_THAT(doubts_about(configured({}, rule)), ElementsAre(HasSubstr("is no money")));
}

TEST(DoubtsAboutProviders, are_told_of_secrets_that_would_go_in_clear) {
  const auto base = [](std::string url) {
    return doubts_about(configured(with_stripe + Values{{"stripe-api-base", std::move(url)}}));
  };
  EXPECT_THAT(base("http://stripe.example"), ElementsAre(HasSubstr("plain http")));
  for (const auto* url :
       {"http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "https://x.example"}) {
    EXPECT_THAT(base(url), IsEmpty()) << url;
  }
}

}  // namespace
}  // namespace pay::app
