#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "model/payment.hpp"

namespace pay {

/// What a provider sent us of its own accord: a hint that something became of a payment, never a truth.
struct WebhookRequest {
  /// A header's value by its name, in any case; nothing when there is none. Valid during the call.
  std::function<std::optional<std::string_view>(std::string_view name)> header;
  std::string_view body;  ///< as it came, byte by byte; valid during the call
};

/// Tells whether a webhook comes from the provider, and what it is about. Thread-safe.
class WebhookDoor {
 public:
  /// Nothing: it is genuine, and about nothing of ours. Errors: `invalid_signature`; `unavailable` when
  /// nobody can tell now.
  using Done = std::move_only_function<void(Result<std::optional<PaymentId>>)>;

  virtual ~WebhookDoor() = default;
  /// `done` is called once, on any thread, perhaps before the call returns.
  virtual void read(const WebhookRequest& request, Done done) = 0;
};

/// A refund may fail days after it was told to have succeeded, when no attempt is open that a hint could
/// bring forward: an operator hears of it. Only for a webhook that is genuine.
void warn_of_failed_refund(std::string_view provider, PaymentId payment);

}  // namespace pay
