#include "model/method.hpp"

#include <array>

#include "base/bug.hpp"
#include "model/names.hpp"

namespace pay {
namespace {

using namespace std::string_view_literals;

constexpr Names wallets{WalletName::paypal, std::to_array({"apple_pay"sv, "google_pay"sv, "paypal"sv})};
constexpr Names source_kinds{KeptSource::Kind::wallet,
                             std::to_array({"none"sv, "raw_card"sv, "card_token"sv, "wallet"sv})};
constexpr Names methods{Method::paypal, std::to_array({"card"sv, "apple_pay"sv, "google_pay"sv, "paypal"sv})};

}  // namespace

std::string_view name(WalletName wallet) {
  return wallets.of(wallet);
}
std::optional<WalletName> find_wallet_name(std::string_view name) {
  return wallets.find(name);
}

std::string_view name(KeptSource::Kind kind) {
  return source_kinds.of(kind);
}
std::optional<KeptSource::Kind> find_source_kind(std::string_view name) {
  return source_kinds.find(name);
}

KeptSource kept(const Source& source) {
  if (const auto* token = std::get_if<CardToken>(&source))
    return {.kind = KeptSource::Kind::card_token, .token = token->token};
  if (const auto* wallet = std::get_if<Wallet>(&source))
    return {.kind = KeptSource::Kind::wallet, .wallet = wallet->wallet, .token = wallet->token};
  return {.kind = KeptSource::Kind::raw_card};
}

std::string_view name(Method method) {
  return methods.of(method);
}
std::optional<Method> find_method(std::string_view name) {
  return methods.find(name);
}

Method method_of(const KeptSource& source) {
  if (source.kind != KeptSource::Kind::wallet) return Method::card;
  switch (source.wallet) {
    case WalletName::apple_pay:
      return Method::apple_pay;
    case WalletName::google_pay:
      return Method::google_pay;
    case WalletName::paypal:
      return Method::paypal;
  }
  bug("an enumeration has another value");
}

Methods Methods::all() {
  Methods all;
  for (std::size_t i = 0; i < method_count; ++i) all.add(static_cast<Method>(i));
  return all;
}

std::optional<Methods> Methods::parse(std::string_view text) {
  Methods found;
  while (true) {
    const auto comma = text.find(',');
    auto one = text.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one == "wallet") {
      for (const auto wallet : {Method::apple_pay, Method::google_pay, Method::paypal}) found.add(wallet);
    } else {
      const auto method = find_method(one);
      if (!method) return std::nullopt;
      found.add(*method);
    }
    if (comma == std::string_view::npos) return found;
    text.remove_prefix(comma + 1);
  }
}

std::string Methods::text() const {
  std::string text;
  for (std::size_t i = 0; i < method_count; ++i) {
    const auto method = static_cast<Method>(i);
    if (!has(method)) continue;
    if (!text.empty()) text += ',';
    text += name(method);
  }
  return text;
}

}  // namespace pay
