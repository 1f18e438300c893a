// The access token, with a client that answers when it is told to and a clock that is moved.
#include "provider/paypal/access_token.hpp"

#include <gtest/gtest.h>

#include "unit/provider/paypal_samples.hpp"

namespace pay::paypal {
namespace {

class PayPalAccessToken : public ::testing::Test {
 protected:
  /// What the callers were given, in order: a header, or why there is none.
  void ask() {
    token_.authorize([this](const std::expected<std::string, NotExecuted>& header) {
      given_.push_back(header ? *header : header.error().why);
    });
  }
  void grant(std::string_view token, int seconds) {
    client_.reply(test::answer(
        200,
        fmt::format(R"({{"access_token":"{}","token_type":"Bearer","expires_in":{}}})", token, seconds)));
  }

  test::WaitingClient client_;
  test::FakeClock clock_;
  AccessToken token_{{.base = "https://api", .client_id = "app", .client_secret = "s3cret"}, client_, clock_};
  std::vector<std::string> given_;
};

TEST_F(PayPalAccessToken, is_asked_for_with_the_client_id_and_secret) {
  ask();
  const auto& request = client_.waiting.front().request;
  EXPECT_EQ(request.url, "https://api/v1/oauth2/token");
  EXPECT_EQ(request.content_type, "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body, "grant_type=client_credentials");
  EXPECT_EQ(request.headers.front(), "Authorization: Basic YXBwOnMzY3JldA==");
}

TEST_F(PayPalAccessToken, is_fetched_once_for_all_who_wait) {
  for (int i = 0; i < 100; ++i) ask();
  EXPECT_EQ(client_.sent, 1U);
  grant("T1", 3600);
  EXPECT_EQ(given_, std::vector<std::string>(100, "Authorization: Bearer T1"));
  ask();
  EXPECT_EQ(client_.sent, 1U);
}

TEST_F(PayPalAccessToken, is_fetched_again_shortly_before_it_expires) {
  ask();
  grant("T1", 3600);
  clock_.advance(std::chrono::seconds{3539});
  ask();
  EXPECT_EQ(client_.sent, 1U);
  clock_.advance(std::chrono::seconds{1});
  ask();
  EXPECT_EQ(client_.sent, 2U);
  grant("T2", 3600);
  EXPECT_EQ(given_.back(), "Authorization: Bearer T2");
}

TEST_F(PayPalAccessToken, that_was_refused_is_renewed_once_for_all) {
  ask();
  grant("T1", 3600);
  EXPECT_TRUE(token_.renew("Authorization: Bearer T1"));
  ask();
  ask();
  EXPECT_EQ(client_.sent, 2U);
  grant("T2", 3600);
  EXPECT_TRUE(token_.renew("Authorization: Bearer T1")) << "of somebody who was refused later";
  ask();
  EXPECT_EQ(client_.sent, 2U) << "the new one stays";
}

TEST_F(PayPalAccessToken, that_lives_shortly_still_serves_those_who_wait) {
  ask();
  grant("T1", 0);
  EXPECT_EQ(given_.back(), "Authorization: Bearer T1");
  ask();
  EXPECT_EQ(client_.sent, 2U);
}

TEST_F(PayPalAccessToken, that_cannot_be_had_means_that_nothing_was_sent) {
  const std::pair<http::CallOutcome, std::string_view> cases[] = {
      {test::answer(401, R"({"error":"invalid_client"})"), "no access token: status 401"},
      {test::answer(503, ""), "no access token: status 503"},
      {test::answer(200, "<html>"), "no access token: an answer that holds none"},
      {test::answer(200, R"({"access_token":"T"})"), "no access token: an answer that holds none"},
      {test::answer(200, R"({"access_token":"T\r\nX: y","expires_in":9})"),
       "no access token: an answer that holds none"},
      {std::unexpected(http::CallFailure::refused), "no access token: refused"},
      {std::unexpected(http::CallFailure::timed_out), "no access token: timed_out"},
  };
  for (const auto& [outcome, why] : cases) {
    ask();
    client_.reply(outcome);
    EXPECT_EQ(given_.back(), why);
  }
  EXPECT_EQ(client_.sent, std::size(cases)) << "each caller has it tried again";
}

}  // namespace
}  // namespace pay::paypal
