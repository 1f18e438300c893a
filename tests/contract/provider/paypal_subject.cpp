#include "contract/provider/peer_subject.hpp"
#include "contract/provider/subjects.hpp"
#include "provider/paypal/paypal.hpp"

namespace pay::test {
namespace {

KeptSource vaulted(std::string token) {
  return {.kind = KeptSource::Kind::card_token, .token = std::move(token)};
}

Settings settings(const std::string& base) {
  return {{"paypal-client-id", "peer-client"},
          {"paypal-client-secret", "peer-secret"},
          {"paypal-api-base", base}};
}

std::optional<KeptSource> source(Payer payer) {
  switch (payer) {
    case Payer::agrees:
      return vaulted("VAULT-visa");
    case Payer::lacks_funds:
      return vaulted("VAULT-insufficient-funds");
    case Payer::is_asked:
    case Payer::refuses:
      return KeptSource{.kind = KeptSource::Kind::wallet, .wallet = WalletName::paypal};
    case Payer::takes_time:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Profile paypal_profile() {
  const auto cad = *Currency::find("CAD");
  return {.name = "paypal",
          .make = with_peer(
              {.script = "paypal_peer.py",
               .build = build_paypal,
               .settings = settings,
               .requests = {{AttemptKind::authorize, "POST /v2/checkout/orders$"},
                            {AttemptKind::capture, "POST /v2/payments/authorizations/[^/]+/capture$"},
                            {AttemptKind::void_authorization, "POST .*/void$"},
                            {AttemptKind::refund, "POST .*/refund$"}}}),
          .source = source,
          .not_taken = {{{.kind = KeptSource::Kind::raw_card}, cad, 1999},
                        {{.kind = KeptSource::Kind::wallet, .wallet = WalletName::apple_pay}, cad, 1999},
                        // PayPal has no forints in halves, and no dinars.
                        {vaulted("VAULT-visa"), *Currency::find("HUF"), 150},
                        {vaulted("VAULT-visa"), *Currency::find("KWD"), 1000}},
          // An order whose name was never told cannot be looked for.
          .beyond_repair = {"500_after_stored"}};
}

}  // namespace pay::test
