#include "contract/provider/peer_subject.hpp"
#include "contract/provider/subjects.hpp"
#include "provider/stripe/stripe.hpp"

namespace pay::test {
namespace {

KeptSource card(std::string token) {
  return {.kind = KeptSource::Kind::card_token, .token = std::move(token)};
}

Settings settings(const std::string& base) {
  return {{"stripe-secret-key", "sk_test_peer"}, {"stripe-api-base", base}};
}

std::optional<KeptSource> source(Payer payer) {
  switch (payer) {
    case Payer::agrees:
      return card("pm_card_visa");
    case Payer::lacks_funds:
      return card("pm_card_chargeDeclinedInsufficientFunds");
    case Payer::is_asked:
    case Payer::refuses:
      return card("pm_card_threeDSecure2Required");
    case Payer::takes_time:
      return card("pm_usBankAccount_success");
  }
  return std::nullopt;
}

}  // namespace

Profile stripe_profile() {
  const auto cad = *Currency::find("CAD");
  return {.name = "stripe",
          .make = with_peer({.script = "stripe_peer.py",
                             .build = build_stripe,
                             .settings = settings,
                             .requests = {{AttemptKind::authorize, "POST /v1/payment_intents$"},
                                          {AttemptKind::capture, "POST /v1/payment_intents/[^/]+/capture$"},
                                          {AttemptKind::void_authorization, "POST .*/cancel$"},
                                          {AttemptKind::refund, "POST /v1/refunds$"}}}),
          .source = source,
          .not_taken = {{{.kind = KeptSource::Kind::raw_card}, cad, 1999},
                        {{.kind = KeptSource::Kind::wallet, .wallet = WalletName::paypal}, cad, 1999},
                        {card("VAULT-1"), cad, 1999},
                        // Stripe has no third decimal but zero.
                        {card("pm_card_visa"), *Currency::find("KWD"), 1001}},
          // Stripe answers every repeat with the 500 that it stored, and there is nothing else to be found.
          .beyond_repair = {"status:500"}};
}

}  // namespace pay::test
