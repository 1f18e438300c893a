#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "model/card.hpp"

namespace pay {

/// A card as it was typed: in memory only, for the length of one call.
struct RawCard {
  std::shared_ptr<const Card> card;
};

/// A card, or what stands for one, that a provider keeps under this name: `pm_card_visa`.
struct CardToken {
  std::string token;
};

enum class WalletName : std::uint8_t { apple_pay, google_pay, paypal };
std::string_view name(WalletName wallet);
std::optional<WalletName> find_wallet_name(std::string_view name);

/// A wallet, and what it gave the shop to pay with. PayPal needs none: then the payer is sent there.
struct Wallet {
  WalletName wallet{};
  std::string token;  ///< empty: none
};

/// What somebody wants to pay with.
using Source = std::variant<RawCard, CardToken, Wallet>;

/// The same, as it may be kept: an attempt is asked for again with it. Of a card that was typed nothing is
/// kept, so that such an attempt can only be looked up.
struct KeptSource {
  enum class Kind : std::uint8_t { none, raw_card, card_token, wallet };
  Kind kind = Kind::none;  ///< none: what is asked for needs no source
  WalletName wallet{};     ///< of a wallet
  std::string token{};     ///< of a card or a wallet; empty: none
  bool operator==(const KeptSource&) const = default;
};
std::string_view name(KeptSource::Kind kind);
std::optional<KeptSource::Kind> find_source_kind(std::string_view name);

KeptSource kept(const Source& source);

/// What can be paid with, as clients are allowed it and as rules ask for it. A card is one whether it was
/// typed or stands behind a token: who pays with it cannot be told before.
enum class Method : std::uint8_t { card, apple_pay, google_pay, paypal };
inline constexpr std::size_t method_count = 4;
std::string_view name(Method method);
std::optional<Method> find_method(std::string_view name);
Method method_of(const KeptSource& source);

/// A set of them.
class Methods {
 public:
  static Methods all();
  /// Names with commas between: `card,paypal`; `wallet` is every wallet. Nothing when one is unknown, or none
  /// is named.
  static std::optional<Methods> parse(std::string_view text);

  [[nodiscard]] bool has(Method method) const { return (bits_ >> static_cast<unsigned>(method) & 1U) != 0; }
  void add(Method method) { bits_ |= 1U << static_cast<unsigned>(method); }
  [[nodiscard]] bool empty() const { return bits_ == 0; }
  /// As `parse` reads it.
  [[nodiscard]] std::string text() const;
  bool operator==(const Methods&) const = default;

 private:
  unsigned bits_ = 0;
};

}  // namespace pay
