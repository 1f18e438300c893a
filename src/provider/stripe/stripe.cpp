#include "provider/stripe/stripe.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <stdexcept>
#include <vector>

#include "provider/http_provider.hpp"
#include "provider/stripe/amounts.hpp"
#include "provider/stripe/webhook.hpp"
#include "provider/stripe/wire.hpp"

namespace pay {
namespace {

constexpr std::array settings{
    ProviderSetting{"stripe-secret-key", "STRIPE_SECRET_KEY", "",
                    "The secret key of the Stripe account, or a restricted one",
                    ProviderSetting::Kind::required_secret},
    ProviderSetting{"stripe-api-base", "STRIPE_API_BASE", "https://api.stripe.com", "Where Stripe's API is",
                    ProviderSetting::Kind::url},
    ProviderSetting{"stripe-webhook-secret", "STRIPE_WEBHOOK_SECRET", "",
                    "What Stripe signs its webhooks with (whsec_…); several with commas between",
                    ProviderSetting::Kind::secret},
    ProviderSetting{"stripe-allow-raw-cards", "STRIPE_ALLOW_RAW_CARDS", "false",
                    "Stripe is sent card numbers as they were typed, not only tokens",
                    ProviderSetting::Kind::is_switch},
};

/// Nothing that could end a header or a URL too early.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// The account's own key opens every door, always.
class SecretKey final : public Credentials {
 public:
  explicit SecretKey(std::string_view key) : header_("Authorization: Bearer ") { header_ += key; }

  void authorize(Done done) override { done(header_); }
  bool renew(std::string_view /*header*/) override { return false; }

 private:
  std::string header_;
};

std::string read_key(const ProviderParts& parts) {
  auto key = parts.setting("stripe-secret-key");
  if (key.empty())
    throw std::invalid_argument("provider stripe needs STRIPE_SECRET_KEY, the secret key of the account");
  if (!is_plain(key))
    throw std::invalid_argument("STRIPE_SECRET_KEY holds a blank or no ASCII; write it as Stripe shows it");
  if (key.starts_with("pk_")) {
    throw std::invalid_argument(
        "STRIPE_SECRET_KEY is a publishable key (pk_…), which can take no money; write the secret key (sk_…) "
        "or a restricted one (rk_…)");
  }
  return key;
}

std::vector<std::string> read_webhook_secrets(const ProviderParts& parts) {
  const auto text = parts.setting("stripe-webhook-secret");
  std::vector<std::string> secrets;
  for (const auto part : std::views::split(text, ',')) {
    std::string_view one(part.begin(), part.end());
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (!one.empty()) secrets.emplace_back(one);
  }
  if (secrets.empty() && !text.empty()) {
    throw std::invalid_argument(
        "STRIPE_WEBHOOK_SECRET has no secret in it; write whsec_…, several with commas between, or leave it "
        "out");
  }
  return secrets;
}

bool read_switch(const ProviderParts& parts, std::string_view name) {
  const auto text = parts.setting(name);
  if (text == "true") return true;
  if (text.empty() || text == "false") return false;
  throw std::invalid_argument("STRIPE_ALLOW_RAW_CARDS is true or false");
}

/// What Stripe made, by its prefix: a payment method, a token of Stripe.js, and the two older kinds.
bool is_token(std::string_view token) {
  static constexpr auto prefixes = std::to_array<std::string_view>({"pm_", "tok_", "card_", "src_"});
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return token.starts_with(prefix); });
}

bool takes_source(const KeptSource& source, bool raw_cards) {
  switch (source.kind) {
    case KeptSource::Kind::none:
      return false;
    case KeptSource::Kind::raw_card:
      return raw_cards;
    case KeptSource::Kind::card_token:
      return is_token(source.token);
    case KeptSource::Kind::wallet:
      return source.wallet != WalletName::paypal && is_token(source.token);
  }
  return false;
}

}  // namespace

std::span<const ProviderSetting> stripe_settings() {
  return settings;
}

bool stripe_serves(Method method, std::optional<Currency> currency) {
  // What can be written of a currency at all can be written of a hundred of its units.
  return method != Method::paypal &&
         (!currency || stripe::amount_of(100 * currency->scale(), *currency).has_value());
}

BuiltProvider build_stripe(const ProviderParts& parts) {
  const bool raw_cards = read_switch(parts, "stripe-allow-raw-cards");
  HttpProvider::Options options{.name = "stripe",
                                .base = parts.setting("stripe-api-base"),
                                .deadline = parts.deadline,
                                .takes = [raw_cards](const Charge& charge) {
                                  return takes_source(charge.source, raw_cards) &&
                                         stripe::amount_of(charge.amount_minor, charge.currency).has_value();
                                }};
  BuiltProvider built{.provider = std::make_unique<HttpProvider>(
                          std::move(options), std::make_unique<stripe::StripeWire>(parts.clock),
                          std::make_unique<SecretKey>(read_key(parts)), parts.client)};
  if (auto secrets = read_webhook_secrets(parts); !secrets.empty())
    built.webhook = std::make_unique<stripe::StripeDoor>(std::move(secrets), parts.clock);
  return built;
}

}  // namespace pay
