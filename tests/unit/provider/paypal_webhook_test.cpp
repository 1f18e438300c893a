// PayPal's webhooks: what is asked of PayPal about them, and what its verdict means.
#include "provider/paypal/webhook.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "unit/provider/paypal_samples.hpp"

namespace pay::paypal {
namespace {

const std::map<std::string_view, std::string_view> signed_headers{
    {"PAYPAL-AUTH-ALGO", "SHA256withRSA"},
    {"PAYPAL-CERT-URL", "https://api.paypal.com/v1/notifications/certs/CERT"},
    {"PAYPAL-TRANSMISSION-ID", "d938e770"},
    {"PAYPAL-TRANSMISSION-SIG", R"(sig/+"=)"},
    {"PAYPAL-TRANSMISSION-TIME", "2026-01-31T12:00:00Z"}};

class PayPalWebhook : public ::testing::Test {
 protected:
  PayPalWebhook() {
    token_.authorize([](const auto&) {});
    client_.reply(test::answer(200, R"({"access_token":"T1","expires_in":3600})"));
  }

  /// Reads an event; what is said of it comes to `said_`: `payment 1001`, `nothing`, or the error's name.
  void read(std::string_view body, std::map<std::string_view, std::string_view> headers = signed_headers) {
    webhooks_.read({.header = [&headers](std::string_view name) -> std::optional<std::string_view> {
                      const auto found = headers.find(name);
                      if (found == headers.end()) return std::nullopt;
                      return found->second;
                    },
                    .body = body},
                   [this](const Result<std::optional<PaymentId>>& about) {
                     if (!about) {
                       said_.emplace_back(name(about.error().code));
                     } else {
                       said_.push_back(*about ? fmt::format("payment {}", (*about)->value) : "nothing");
                     }
                   });
  }

  test::WaitingClient client_;
  test::FakeClock clock_;
  AccessToken token_{{.base = "https://api", .client_id = "app", .client_secret = "s3cret"}, client_, clock_};
  PayPalWebhooks webhooks_{{.base = "https://api", .webhook_id = "WH1"}, token_, client_};
  std::vector<std::string> said_;
};

constexpr std::string_view event = R"({ "id":"E1", "resource" : {"custom_id":"1001","amount":1.50} })";

TEST_F(PayPalWebhook, is_shown_to_paypal_byte_by_byte) {
  read(event);
  const auto& request = client_.waiting.front().request;
  EXPECT_EQ(request.url, "https://api/v1/notifications/verify-webhook-signature");
  EXPECT_EQ(request.headers.front(), "Authorization: Bearer T1");
  EXPECT_EQ(request.body,
            R"({"auth_algo":"SHA256withRSA","cert_url":"https://api.paypal.com/v1/notifications/certs/CERT",)"
            R"("transmission_id":"d938e770","transmission_sig":"sig/+\"=",)"
            R"("transmission_time":"2026-01-31T12:00:00Z","webhook_id":"WH1","webhook_event":)" +
                std::string(event) + "}");
}

TEST_F(PayPalWebhook, is_about_the_payment_that_paypal_repeats) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {event, "payment 1001"},
      {R"({"resource":{"purchase_units":[{"custom_id":"1002"}]}})", "payment 1002"},
      {R"({"resource":{"custom_id":"order-7"}})", "nothing"},
      {R"({"resource":{"custom_id":"0"}})", "nothing"},
      {R"({"resource":{"custom_id":"-5"}})", "nothing"},
      {R"({"resource":{"custom_id":"9007199254740992"}})", "nothing"},
      {R"({"resource":{"custom_id":"99999999999999999999"}})", "nothing"},
      {R"({"resource":{"custom_id":1001}})", "nothing"},
      {R"({"resource":[]})", "nothing"},
      {R"({})", "nothing"},
  };
  for (const auto& [body, expected] : cases) {
    read(body);
    client_.reply(test::answer(200, R"({"verification_status":"SUCCESS"})"));
    EXPECT_EQ(said_.back(), expected) << body;
  }
}

TEST_F(PayPalWebhook, of_a_refund_that_failed_leaves_a_line_in_the_log) {
  const auto logged = [this](std::string_view status, std::string_view verdict) {
    testing::internal::CaptureStderr();
    read(fmt::format(R"({{"resource_type":"refund","resource":{{"custom_id":"1001","status":"{}"}}}})",
                     status));
    client_.reply(test::answer(200, fmt::format(R"({{"verification_status":"{}"}})", verdict)));
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_TRUE(logged("FAILED", "SUCCESS").contains("payment_id=1001"));
  EXPECT_EQ(logged("FAILED", "FAILURE"), "");
  EXPECT_EQ(logged("COMPLETED", "SUCCESS"), "");
}

TEST_F(PayPalWebhook, is_believed_only_when_paypal_says_so) {
  const std::pair<http::CallOutcome, std::string_view> cases[] = {
      {test::answer(200, R"({"verification_status":"FAILURE"})"), "invalid_signature"},
      {test::answer(400, R"({"name":"VALIDATION_ERROR"})"), "invalid_signature"},
      {test::answer(200, R"({"verification_status":"PERHAPS"})"), "unavailable"},
      {test::answer(200, "<html>"), "unavailable"},
      {test::answer(429, ""), "unavailable"},
      {test::answer(500, ""), "unavailable"},
      {std::unexpected(http::CallFailure::timed_out), "unavailable"},
      {std::unexpected(http::CallFailure::refused), "unavailable"},
  };
  for (const auto& [outcome, expected] : cases) {
    read(event);
    client_.reply(outcome);
    EXPECT_EQ(said_.back(), expected);
  }
}

TEST_F(PayPalWebhook, without_a_signature_or_an_event_is_refused_without_asking) {
  const auto sent = client_.sent;
  for (const auto& [header, value] : signed_headers) {
    auto headers = signed_headers;
    headers.erase(header);
    read(event, headers);
    EXPECT_EQ(said_.back(), "invalid_signature") << header;
    headers[header] = "";
    read(event, headers);
    EXPECT_EQ(said_.back(), "invalid_signature") << header;
  }
  const std::string long_text(501, 'x');
  auto headers = signed_headers;
  headers["PAYPAL-CERT-URL"] = long_text;
  read(event, headers);
  EXPECT_EQ(said_.back(), "invalid_signature");
  for (const auto* const body : {"", "[]", "{", R"({},"webhook_id":"WH2")", "{}{}"}) {
    read(body);
    EXPECT_EQ(said_.back(), "invalid_signature") << body;
  }
  EXPECT_EQ(client_.sent, sent);
}

TEST_F(PayPalWebhook, is_asked_about_again_once_when_the_token_was_refused) {
  read(event);
  client_.reply(test::answer(401, ""));
  client_.reply(test::answer(200, R"({"access_token":"T2","expires_in":3600})"));
  EXPECT_EQ(client_.waiting.front().request.headers.front(), "Authorization: Bearer T2");
  client_.reply(test::answer(401, ""));
  EXPECT_EQ(said_, std::vector<std::string>{"unavailable"});
}

TEST_F(PayPalWebhook, beyond_so_many_at_once_has_to_come_again) {
  for (int i = 0; i < PayPalWebhooks::most_at_once; ++i) read(event);
  EXPECT_TRUE(said_.empty());
  read(event);
  EXPECT_EQ(said_, std::vector<std::string>{"unavailable"});
  client_.reply(test::answer(200, R"({"verification_status":"SUCCESS"})"));
  EXPECT_EQ(said_.back(), "payment 1001");
  read(event);
  EXPECT_EQ(said_.size(), 2U) << "there is room again";
}

}  // namespace
}  // namespace pay::paypal
