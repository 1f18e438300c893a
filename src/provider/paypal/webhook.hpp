#pragma once

#include <memory>

#include "provider/paypal/access_token.hpp"
#include "provider/webhook.hpp"

namespace pay::paypal {

/// Asks PayPal itself whether a webhook is its own (POST /v1/notifications/verify-webhook-signature), with
/// the event as it came, byte by byte: anything else would not fit the signature.
class PayPalWebhooks final : public WebhookDoor {
 public:
  /// Asked about at once; more are answered `unavailable`, and PayPal sends them again. Whoever sends
  /// forgeries cannot have this side ask for more.
  static constexpr int most_at_once = 16;

  struct Options {
    std::string base;
    std::string webhook_id;  ///< as PayPal names ours
    std::chrono::milliseconds timeout{5'000};
  };
  /// `client` outlives every call under way.
  PayPalWebhooks(Options options, AccessToken token, http::Client& client);

  void read(const WebhookRequest& request, Done done) override;

 private:
  struct Shared;
  struct Question;
  static void knock(std::shared_ptr<Question> question);
  static void send(std::shared_ptr<Question> question, std::string header);
  static void hear(std::shared_ptr<Question> question, const std::string& header,
                   const http::CallOutcome& answer);

  const std::shared_ptr<Shared> shared_;
};

}  // namespace pay::paypal
