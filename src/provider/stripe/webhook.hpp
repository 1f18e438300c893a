#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "provider/webhook.hpp"

namespace pay::stripe {

/// https://docs.stripe.com/webhooks#verify-manually: HMAC-SHA256 of the time, a dot and the body, in a header
/// `t=…,v1=…` with one signature for each secret in use. Answers before the call returns.
class StripeDoor final : public WebhookDoor {
 public:
  static constexpr std::chrono::seconds tolerance{300};

  /// Any of the secrets will do, so that one can be replaced by another. `clock` outlives it.
  StripeDoor(std::vector<std::string> secrets, const Clock& clock);

  void read(const WebhookRequest& request, Done done) override;

 private:
  [[nodiscard]] bool is_genuine(std::string_view header, std::string_view body) const;

  const std::vector<std::string> secrets_;
  const Clock& clock_;
};

}  // namespace pay::stripe
