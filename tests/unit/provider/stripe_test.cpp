// Stripe's amounts, its webhooks, and how it is built from settings.
#include "provider/stripe/stripe.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <map>
#include <stdexcept>

#include "provider/stripe/amounts.hpp"
#include "provider/stripe/webhook.hpp"
#include "unit/provider/scripted_http.hpp"
#include "unit/provider/show_outcome.hpp"
#include "unit/provider/stripe_samples.hpp"

namespace pay::stripe {
namespace {

using namespace test;
using namespace std::chrono_literals;

struct AmountCase {
  std::string_view currency;
  std::int64_t minor;
  std::optional<std::int64_t> amount;
};

TEST(StripeAmount, is_written_by_stripes_rules_and_not_by_those_of_iso_4217) {
  static constexpr auto cases = std::to_array<AmountCase>({
      {"CAD", 1999, 1999},
      {"USD", 1, 1},
      {"JPY", 500, 500},
      {"XOF", 1, 1},
      {"MGA", 500, 5},
      {"MGA", 550, {}},
      {"ISK", 5, 500},
      {"UGX", 5, 500},
      {"KWD", 5120, 5120},
      {"KWD", 5124, {}},
      {"TND", 10, 10},
      {"HUF", 1045, 1045},
      {"TWD", 1000, 1000},
      {"IQD", 1000, {}},
      {"CLF", 10000, {}},
      {"CAD", 999'999'999'999, 999'999'999'999},
  });
  for (const auto& one : cases) {
    EXPECT_EQ(amount_of(one.minor, *Currency::find(one.currency)), one.amount) << one.currency << one.minor;
  }
}

std::string signed_by(const std::string& secret, std::string_view time, std::string_view body) {
  const auto text = fmt::format("{}.{}", time, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

class StripeWebhook : public testing::Test {
 protected:
  [[nodiscard]] std::string time() const {
    return fmt::to_string(std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count());
  }
  [[nodiscard]] std::string header(const std::string& secret) const {
    return fmt::format("t={},v1={}", time(), signed_by(secret, time(), body_));
  }
  /// The payment, 0 for none, -1 for a refusal.
  std::int64_t read(std::optional<std::string> header) {
    StripeDoor door({"whsec_old", "whsec_new"}, clock_);
    std::int64_t said = -2;
    door.read({.header = [&](std::string_view name) -> std::optional<std::string_view> {
                 if (name != "Stripe-Signature" || !header) return {};
                 return *header;
               },
               .body = body_},
              [&](Result<std::optional<PaymentId>> payment) {
                if (!payment) EXPECT_EQ(payment.error().code, ErrorCode::invalid_signature);
                said = !payment ? -1 : payment->value_or(PaymentId{0}).value;
              });
    return said;
  }

  FakeClock clock_;
  std::string body_ = R"({"type":"payment_intent.succeeded","data":{"object":)" + Intent{}.text() + "}}";
};

TEST_F(StripeWebhook, names_the_payment_when_one_of_the_secrets_signed_it) {
  EXPECT_EQ(read(header("whsec_old")), 7);
  EXPECT_EQ(read(header("whsec_new")), 7);
  EXPECT_EQ(read(fmt::format("t={},v1={},v0=x,v1={}", time(), std::string(64, '0'),
                             signed_by("whsec_new", time(), body_))),
            7);
}

TEST_F(StripeWebhook, is_refused_unless_the_very_bytes_were_signed) {
  const auto good = header("whsec_old");
  EXPECT_EQ(read(header("another")), -1);
  EXPECT_EQ(read(std::nullopt), -1);
  EXPECT_EQ(read(""), -1);
  EXPECT_EQ(read("t=" + time()), -1);
  EXPECT_EQ(read(good.substr(0, good.size() - 1)), -1);
  EXPECT_EQ(read(fmt::format("v1={}", signed_by("whsec_old", "", body_))), -1);
  EXPECT_EQ(read(fmt::format("t=x,v1={}", signed_by("whsec_old", "x", body_))), -1);
  EXPECT_EQ(read(good + std::string(4000, ',')), -1);
  body_ += ' ';
  EXPECT_EQ(read(good), -1);
}

TEST_F(StripeWebhook, is_believed_for_five_minutes) {
  const auto good = header("whsec_old");
  clock_.advance(300s);
  EXPECT_EQ(read(good), 7);
  clock_.advance(1s);
  EXPECT_EQ(read(good), -1);
  clock_.advance(-602s);
  EXPECT_EQ(read(good), -1);
}

TEST_F(StripeWebhook, is_about_nothing_of_ours_without_a_payment_in_its_metadata) {
  for (const char* const body :
       {"", "[]", R"({"data":{"object":{"metadata":{}}}})",
        R"({"data":{"object":{"metadata":{"payment_id":"x"}}}})",
        R"({"data":{"object":{"metadata":{"payment_id":"0"}}}})",
        R"({"data":{"object":{"metadata":{"payment_id":"9007199254740993"}}}})", R"({"data":null})"}) {
    body_ = body;
    EXPECT_EQ(read(header("whsec_old")), 0) << body;
  }
  body_ = R"({"data":{"object":{"object":"charge","payment_intent":{"metadata":{"payment_id":"9"}}}}})";
  EXPECT_EQ(read(header("whsec_old")), 9);
}

TEST_F(StripeWebhook, of_a_refund_that_failed_leaves_a_line_in_the_log) {
  const auto logged = [this](std::string_view status, const std::string& secret) {
    body_ = fmt::format(
        R"({{"data":{{"object":{{"object":"refund","status":"{}","metadata":{{"payment_id":"9"}}}}}}}})",
        status);
    testing::internal::CaptureStderr();
    read(header(secret));
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_TRUE(logged("failed", "whsec_old").contains("payment_id=9"));
  EXPECT_EQ(logged("failed", "another"), "");
  EXPECT_EQ(logged("succeeded", "whsec_old"), "");
}

class Stripe : public testing::Test {
 protected:
  BuiltProvider build() {
    return build_stripe({.setting =
                             [this](std::string_view name) {
                               const auto found = settings_.find(name);
                               return found == settings_.end() ? std::string() : found->second;
                             },
                         .client = http_,
                         .clock = clock_,
                         .deadline = 10s});
  }
  std::string complaint() {
    try {
      build();
    } catch (const std::invalid_argument& complaint) {
      return complaint.what();
    }
    return "";
  }
  [[nodiscard]] bool takes(KeptSource source) {
    return build().provider->takes(
        {.source = std::move(source), .currency = *Currency::find("CAD"), .amount_minor = 100});
  }

  FakeClock clock_;
  ScriptedHttp http_;
  std::map<std::string, std::string, std::less<>> settings_{{"stripe-secret-key", "sk_test_peer"},
                                                            {"stripe-api-base", "http://127.0.0.1:1"}};
};

TEST_F(Stripe, is_asked_with_the_accounts_key) {
  http_.answer(200, Intent{}.text());
  std::string said;
  build().provider->carry_out(asked(), [&](const Outcome& outcome) { said = show(outcome); });
  EXPECT_EQ(said, "succeeded pi_1");
  ASSERT_EQ(http_.sent.size(), 1U);
  EXPECT_EQ(http_.sent[0].url, "http://127.0.0.1:1/v1/payment_intents");
  EXPECT_EQ(http_.sent[0].headers.back(), "Authorization: Bearer sk_test_peer");
  EXPECT_FALSE(http_.sent[0].fresh_connection);
}

TEST_F(Stripe, takes_what_stripe_made_and_typed_cards_only_when_it_is_told_to) {
  using enum KeptSource::Kind;
  EXPECT_TRUE(takes({.kind = card_token, .token = "pm_card_visa"}));
  EXPECT_TRUE(takes({.kind = card_token, .token = "tok_visa"}));
  EXPECT_FALSE(takes({.kind = card_token, .token = "8kk8451t"}));
  EXPECT_TRUE(takes({.kind = wallet, .wallet = WalletName::google_pay, .token = "tok_visa"}));
  EXPECT_FALSE(takes({.kind = wallet, .wallet = WalletName::google_pay}));
  EXPECT_FALSE(takes({.kind = wallet, .wallet = WalletName::paypal, .token = "pm_x"}));
  EXPECT_FALSE(takes({.kind = raw_card}));
  settings_["stripe-allow-raw-cards"] = "true";
  EXPECT_TRUE(takes({.kind = raw_card}));
  EXPECT_FALSE(build().provider->takes(
      {.source = {.kind = raw_card}, .currency = *Currency::find("KWD"), .amount_minor = 5}));
}

TEST_F(Stripe, serves_all_but_paypals_wallet_in_what_it_can_write) {
  EXPECT_TRUE(stripe_serves(Method::card, Currency::find("KWD")));
  EXPECT_TRUE(stripe_serves(Method::apple_pay, std::nullopt));
  EXPECT_FALSE(stripe_serves(Method::card, Currency::find("IQD")));
  EXPECT_FALSE(stripe_serves(Method::paypal, std::nullopt));
}

TEST_F(Stripe, has_a_door_for_webhooks_when_there_is_a_secret_for_it) {
  EXPECT_EQ(build().webhook, nullptr);
  settings_["stripe-webhook-secret"] = " , ";
  EXPECT_TRUE(complaint().contains("STRIPE_WEBHOOK_SECRET has no secret in it"));
  settings_["stripe-webhook-secret"] = "whsec_a, whsec_b";
  EXPECT_NE(build().webhook, nullptr);
}

TEST_F(Stripe, a_setting_that_cannot_be_used_is_named_and_never_shown) {
  for (const auto& [name, value] :
       {std::pair{"stripe-secret-key", ""}, std::pair{"stripe-secret-key", "sk x"},
        std::pair{"stripe-secret-key", "sk\r\nX: y"}, std::pair{"stripe-secret-key", "pk_live_x"},
        std::pair{"stripe-allow-raw-cards", "perhaps"}}) {
    const auto before = settings_;
    settings_[name] = value;
    const auto said = complaint();
    EXPECT_TRUE(said.contains("STRIPE_")) << name;
    EXPECT_FALSE(said.contains('\n'));
    EXPECT_FALSE(std::string_view(name) == "stripe-secret-key" && *value != 0 && said.contains(value));
    settings_ = before;
  }
}

}  // namespace
}  // namespace pay::stripe
