#include "provider/paypal/paypal.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "provider/http_provider.hpp"
#include "provider/paypal/access_token.hpp"
#include "provider/paypal/amount.hpp"
#include "provider/paypal/webhook.hpp"
#include "provider/paypal/wire.hpp"

namespace pay {
namespace {

constexpr std::string_view client_id = "paypal-client-id";
constexpr std::string_view client_secret = "paypal-client-secret";
constexpr std::string_view api_base = "paypal-api-base";
constexpr std::string_view webhook_id = "paypal-webhook-id";
constexpr std::string_view allow_raw_cards = "paypal-allow-raw-cards";

using enum ProviderSetting::Kind;
constexpr auto settings = std::to_array<ProviderSetting>({
    {client_id, "PAYPAL_CLIENT_ID", "", "The client id of the REST app at PayPal", required_secret},
    {client_secret, "PAYPAL_CLIENT_SECRET", "", "Its secret", required_secret},
    {api_base, "PAYPAL_API_BASE", "https://api-m.paypal.com", "Where PayPal's API is", url},
    {webhook_id, "PAYPAL_WEBHOOK_ID", "",
     "PayPal's id of the webhook that comes here; none: they are refused", text},
    {allow_raw_cards, "PAYPAL_ALLOW_RAW_CARDS", "false",
     "PayPal is sent card numbers as they were typed, not only tokens", is_switch},
});

std::string required(const ProviderParts& parts, std::string_view name, const char* what_else) {
  auto text = parts.setting(name);
  if (text.empty()) throw std::invalid_argument(what_else);
  return text;
}

bool is_on(const ProviderParts& parts) {
  const auto text = parts.setting(allow_raw_cards);
  if (!text.empty() && text != "true" && text != "false")
    throw std::invalid_argument("PAYPAL_ALLOW_RAW_CARDS is true or false");
  return text == "true";
}

/// By the pattern of `vault_id` in PayPal's OpenAPI file of Orders v2; but none that Stripe made, which
/// PayPal would decline for good where Stripe is only to be asked later.
bool is_vault_id(std::string_view token) {
  constexpr std::size_t longest = 255;
  constexpr auto of_stripe = std::to_array<std::string_view>({"pm_", "tok_", "card_", "src_"});
  if (std::ranges::any_of(of_stripe, [&](std::string_view prefix) { return token.starts_with(prefix); }))
    return false;
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  };
  return !token.empty() && token.size() <= longest && std::ranges::all_of(token, fits);
}

bool takes_source(const KeptSource& source, bool takes_raw_cards) {
  switch (source.kind) {
    case KeptSource::Kind::none:
      return false;
    case KeptSource::Kind::raw_card:
      return takes_raw_cards;
    case KeptSource::Kind::card_token:
      return is_vault_id(source.token);
    case KeptSource::Kind::wallet:
      return source.wallet == WalletName::paypal && (source.token.empty() || is_vault_id(source.token));
  }
  return false;
}

}  // namespace

std::span<const ProviderSetting> paypal_settings() {
  return settings;
}

bool paypal_serves(Method method, std::optional<Currency> currency) {
  const bool has_method = method == Method::card || method == Method::paypal;
  return has_method && (!currency || paypal::amount_text(100 * currency->scale(), *currency).has_value());
}

BuiltProvider build_paypal(const ProviderParts& parts) {
  const auto base = parts.setting(api_base);
  const bool takes_raw_cards = is_on(parts);
  // Half of the time at most goes by before a request of an instruction's own begins.
  const auto timeout = parts.deadline / 2;
  const paypal::AccessToken token(
      {.base = base,
       .client_id =
           required(parts, client_id, "provider paypal needs PAYPAL_CLIENT_ID, the id of the REST app"),
       .client_secret = required(parts, client_secret, "provider paypal needs PAYPAL_CLIENT_SECRET"),
       .timeout = timeout},
      parts.client, parts.clock);
  BuiltProvider built;
  built.provider = std::make_unique<HttpProvider>(
      HttpProvider::Options{.name = "paypal",
                            .base = base,
                            .deadline = parts.deadline,
                            .takes =
                                [takes_raw_cards](const Charge& charge) {
                                  return takes_source(charge.source, takes_raw_cards) &&
                                         paypal::amount_text(charge.amount_minor, charge.currency);
                                }},
      std::make_unique<paypal::PayPalWire>(parts.clock), std::make_unique<paypal::AccessToken>(token),
      parts.client);
  if (auto id = parts.setting(webhook_id); !id.empty()) {
    built.webhook = std::make_unique<paypal::PayPalWebhooks>(
        paypal::PayPalWebhooks::Options{.base = base, .webhook_id = std::move(id), .timeout = timeout}, token,
        parts.client);
  }
  return built;
}

}  // namespace pay
