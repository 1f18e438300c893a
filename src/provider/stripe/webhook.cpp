#include "provider/stripe/webhook.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ranges>

#include "provider/stripe/answers.hpp"
#include "provider/stripe/requests.hpp"

namespace pay::stripe {
namespace {

// Stripe sends one for each secret in use: two, while one is replaced.
constexpr std::size_t most_signatures = 8;
constexpr std::size_t longest_header = 2048;
constexpr std::size_t digest_digits = 64;

struct Signatures {
  std::string_view time;  ///< in seconds, as it was signed
  std::vector<std::string_view> digests;
};

Signatures split(std::string_view header) {
  Signatures found;
  for (const auto part : std::views::split(header, ',')) {
    const std::string_view item(part.begin(), part.end());
    if (item.starts_with("t=")) found.time = item.substr(2);
    if (item.starts_with("v1=") && found.digests.size() < most_signatures)
      found.digests.push_back(item.substr(3));
  }
  return found;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

std::string signature(const std::string& secret, std::string_view signed_text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  // OpenSSL takes bytes.
  const auto* const bytes = reinterpret_cast<const unsigned char*>(signed_text.data());
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes, signed_text.size(), digest.data(),
       &size);
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

/// Takes the same time wherever they differ.
bool equal(std::string_view left, std::string_view right) {
  return left.size() == right.size() && left.size() == digest_digits &&
         CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

bool tells_of_failed_refund(const boost::json::object& event) {
  const auto* const data = object_of(event, "data");
  const auto* const object = data == nullptr ? nullptr : object_of(*data, "object");
  return object != nullptr && text_of(*object, "object") == "refund" &&
         text_of(*object, "status") == "failed";
}

/// Charges and refunds carry the metadata of what made them, or show the intent.
std::optional<PaymentId> payment_of(const boost::json::object& event) {
  const auto* const data = object_of(event, "data");
  const auto* const object = data == nullptr ? nullptr : object_of(*data, "object");
  if (object == nullptr) return {};
  for (const auto* const holder : {object, object_of(*object, "payment_intent")}) {
    const auto* const metadata = holder == nullptr ? nullptr : object_of(*holder, "metadata");
    const auto id = metadata == nullptr ? std::nullopt : whole_number(text_of(*metadata, payment_id_name));
    if (id && *id > 0 && *id <= max_id) return PaymentId{*id};
  }
  return {};
}

}  // namespace

StripeDoor::StripeDoor(std::vector<std::string> secrets, const Clock& clock)
    : secrets_(std::move(secrets)), clock_(clock) {}

void StripeDoor::read(const WebhookRequest& request, Done done) {
  const auto header = request.header("Stripe-Signature");
  if (!header || !is_genuine(*header, request.body)) return done(fail(ErrorCode::invalid_signature));
  const auto event = read_object(request.body);
  const auto payment = event ? payment_of(*event) : std::nullopt;
  if (payment && tells_of_failed_refund(*event)) warn_of_failed_refund("stripe", *payment);
  done(payment);
}

bool StripeDoor::is_genuine(std::string_view header, std::string_view body) const {
  if (header.size() > longest_header) return false;
  const auto [time, digests] = split(header);
  const auto seconds = whole_number(time);
  if (!seconds) return false;
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
  if (*seconds < now - tolerance.count() || *seconds > now + tolerance.count()) return false;

  const auto signed_text = fmt::format("{}.{}", time, body);
  return std::ranges::any_of(secrets_, [&](const std::string& secret) {
    const auto expected = signature(secret, signed_text);
    return std::ranges::any_of(digests, [&](std::string_view digest) { return equal(digest, expected); });
  });
}

}  // namespace pay::stripe
