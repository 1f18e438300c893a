#include "command/fingerprint.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace pay {
namespace {

/// Every field with its length before it, so that no two commands are spelled alike.
class Spelling {
 public:
  Spelling& operator<<(std::string_view text) {
    fmt::format_to(std::back_inserter(text_), "{}:{},", text.size(), text);
    return *this;
  }
  Spelling& operator<<(std::int64_t number) { return *this << fmt::to_string(number); }
  Spelling& operator<<(const Decimal& amount) {
    return *this << amount.units << amount.billionths << std::int64_t{amount.inexact};
  }
  Spelling& operator<<(const std::optional<Decimal>& amount) {
    return amount ? *this << *amount : *this << "all";
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void spell(Spelling& out, const CreatePayment& c) {
  auto metadata = c.metadata;
  std::ranges::sort(metadata);
  // An amount that fits its currency is what it comes to; any other is refused and kept by no key.
  out << "create" << c.order_id.value << c.user_id.value << to_minor(c.amount, c.currency).value_or(0)
      << c.currency.code() << name(c.capture_method) << c.description << encode_metadata(metadata);
}
void spell(Spelling& out, const ProcessPayment& c) {
  out << "process" << c.id.value << c.outline;
  // Else as it was spelled before there were such URLs: keys outlive an upgrade.
  if (!c.return_url.empty()) out << c.return_url;
}
void spell(Spelling& out, const CapturePayment& c) {
  out << "capture" << c.id.value << c.amount;
}
void spell(Spelling& out, const CancelPayment& c) {
  out << "cancel" << c.id.value << c.reason;
}
void spell(Spelling& out, const RefundPayment& c) {
  out << "refund" << c.id.value << c.amount << c.reason;
}
void spell(Spelling& out, const UndoPayment& c) {
  out << "undo" << c.id.value;
}
void spell(Spelling& out, const UndoOrder& c) {
  out << (c.wording == UndoOrder::Wording::cancel ? "cancel_by_order" : "refund_by_order")
      << c.order_id.value;
}
void spell(Spelling& out, const ExpirePayment& c) {
  out << "expire" << c.id.value;
}
// No key protects the next ones.
void spell(Spelling& out, const SettleAttempt& c) {
  out << "settle_attempt" << c.id.value << c.attempt.value << name(c.outcome);
}
void spell(Spelling& out, const LookUpAttempt& c) {
  out << "look_up_attempt" << c.id.value << c.key.value_or("");
}
void spell(Spelling& out, const HintAttempt& c) {
  out << "hint_attempt" << c.id.value << c.provider;
}
void spell(Spelling& out, const ResolveAttempt& c) {
  out << "resolve_attempt" << c.id.value << c.attempt.value << name(c.as) << c.because << c.reference;
}
void spell(Spelling& out, const RetryNotification& c) {
  out << "retry_notification" << c.id.value;
}
void spell(Spelling& out, const SettleNotifications& c) {
  out << "settle_notifications";
  for (const auto& one : c.settlements) {
    out << one.id.value << static_cast<std::int64_t>(one.kind) << one.at.time_since_epoch().count()
        << one.retry_in.count() << one.last_error;
  }
}

}  // namespace

Fingerprint fingerprint(const Command& command) {
  Spelling spelling;
  std::visit([&](const auto& c) { spell(spelling, c); }, command);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(spelling.text().data()), spelling.text().size(),
         digest.data());
  Fingerprint print{};
  std::copy_n(digest.begin(), print.size(), print.begin());
  return print;
}

std::string card_outline(const Card& card) {
  const auto digits = card.number.reveal();
  const auto first = digits.substr(0, std::min<std::size_t>(6, digits.size()));
  const auto last = digits.substr(digits.size() - std::min<std::size_t>(4, digits.size()));
  // Piece by piece: every payment by card comes here, with a key or without.
  std::string text(name(brand_of(digits)));
  text.reserve(64);
  for (const auto part : {first, last}) text.append(" ").append(part);
  return text.append(" ")
      .append(std::to_string(card.expiry.year))
      .append("-")
      .append(std::to_string(card.expiry.month));
}

std::string outline(const Source& source) {
  if (const auto* raw = std::get_if<RawCard>(&source)) return card_outline(*raw->card);
  if (const auto* card = std::get_if<CardToken>(&source)) return "card_token " + card->token;
  const auto& wallet = std::get<Wallet>(source);
  return fmt::format("wallet {} {}", name(wallet.wallet), wallet.token);
}

}  // namespace pay
