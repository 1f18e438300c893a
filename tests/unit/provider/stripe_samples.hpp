#pragma once

#include <fmt/format.h>

#include <string>

#include "provider/provider.hpp"
#include "support/fake_clock.hpp"

/// Instructions to Stripe, and what Stripe would show of them.
namespace pay::test {

struct Asked {
  AttemptKind kind = AttemptKind::authorize;
  std::int64_t amount_minor = 1999;
  bool captures = true;
  std::string reference{};
  std::string_view currency = "CAD";
};

/// Payment 7 of order 70, attempt 5, at the start of tests.
inline Instruction asked(const Asked& what = {}) {
  Attempt attempt{
      .id = AttemptId{5},
      .payment_id = PaymentId{7},
      .kind = what.kind,
      .provider = "stripe",
      .created_at = start_of_tests,
      .call = ProviderCall{
          .amount_minor = what.amount_minor, .captures = what.captures, .reference = what.reference}};
  if (what.kind == AttemptKind::authorize) {
    attempt.call->source = {.kind = KeptSource::Kind::card_token, .token = "pm_card_visa"};
  } else {
    attempt.call->about = "pi_1";
  }
  return {.attempt = std::move(attempt), .currency = *Currency::find(what.currency), .order_id = OrderId{70}};
}

inline std::string key_of_samples() {
  return provider_key(asked().attempt);
}

/// A PaymentIntent as it would be after `asked`, with what a case makes of it.
struct Intent {
  std::string status = "succeeded";
  std::string id = "pi_1";
  std::int64_t amount = 1999;
  std::int64_t received = 1999;
  std::string currency = "cad";
  std::string payment = "7";
  std::string attempt = key_of_samples();
  std::string more{};  ///< further members, with a comma before

  [[nodiscard]] std::string text() const {
    return fmt::format(
        R"({{"id":"{}","object":"payment_intent","amount":{},"amount_received":{},"currency":"{}",)"
        R"("status":"{}","metadata":{{"payment_id":"{}","attempt":"{}"}}{}}})",
        id, amount, received, currency, status, payment, attempt, more);
  }
};

/// The same for a refund.
struct RefundShown {
  std::string status = "succeeded";
  std::int64_t amount = 500;
  std::string about = "pi_1";
  std::string currency = "cad";
  std::string attempt = key_of_samples();

  [[nodiscard]] std::string text() const {
    return fmt::format(R"({{"id":"re_1","object":"refund","amount":{},"currency":"{}","status":"{}",)"
                       R"("payment_intent":"{}","metadata":{{"attempt":"{}"}}}})",
                       amount, currency, status, about, attempt);
  }
};

/// An error as Stripe writes it.
inline std::string error_text(std::string_view type, std::string_view code, std::string_view more = "") {
  return fmt::format(R"({{"error":{{"type":"{}","code":"{}","message":"sk_test_secret"{}}}}})", type, code,
                     more);
}

}  // namespace pay::test
