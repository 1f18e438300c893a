#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/rare.hpp"
#include "model/card.hpp"
#include "model/money.hpp"

namespace pay {

using PaymentId = Id<struct PaymentTag>;
using OrderId = Id<struct OrderTag>;
using UserId = Id<struct UserTag>;
using RefundId = Id<struct RefundTag>;
using AttemptId = Id<struct AttemptTag>;

enum class Status : std::uint8_t {
  pending,
  requires_action,
  processing,
  authorized,
  paid,
  partially_refunded,
  refunded,
  canceled
};
std::string_view name(Status status);
std::optional<Status> find_status(std::string_view name);

enum class CaptureMethod : std::uint8_t { automatic, manual };
std::string_view name(CaptureMethod method);
std::optional<CaptureMethod> find_capture_method(std::string_view name);

enum class MethodType : std::uint8_t { credit_card, debit_card, prepaid_card, wallet };
std::string_view name(MethodType type);
std::optional<MethodType> find_method_type(std::string_view name);

/// What paid, and all that is ever kept of it (PCI DSS 4.0, requirement 3.4: at most the first six and last
/// four digits; here the last four).
struct PaymentMethod {
  MethodType type = MethodType::credit_card;
  Brand brand = Brand::unknown;
  std::string last4;
  Expiry expiry;
  bool operator==(const PaymentMethod&) const = default;
};

/// Why the last try came to nothing: `card_declined`, of which the decline code says more, or `unavailable`
/// when no provider could be asked. A capture or a refund that the provider refused is such a try too.
struct LastError {
  std::string code;
  std::string decline_code;
  bool operator==(const LastError&) const = default;
};

/// What whoever pays must do before it goes on: be sent to this page of the provider's.
struct NextAction {
  std::string url;
  std::optional<Timestamp> expires_at;
  bool operator==(const NextAction&) const = default;
};

/// A payment at a provider with outside effects. It stays with the one that authorized it.
struct Custody {
  std::string provider;   ///< its name
  std::string reference;  ///< what it calls what was authorized, or captured; empty: not known
  AttemptId open;         ///< the attempt whose outcome is not final yet; 0: none. Then nothing else is tried
  bool operator==(const Custody&) const = default;
};

/// What a client stores with a payment and gets back untouched, in the order it was sent.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// One text for one column: netstrings (`5:color,3:red,`), empty for none. Decoding a damaged text throws
/// std::runtime_error.
std::string encode_metadata(const Metadata& metadata);
Metadata decode_metadata(std::string_view text);

/// A payment as it is, or as it was after one of its events. Amounts are in minor units of `currency`.
struct Payment {
  PaymentId id;
  OrderId order_id;
  UserId user_id;
  std::int64_t amount_minor = 0;
  Currency currency;
  CaptureMethod capture_method = CaptureMethod::automatic;
  std::string description;  ///< empty: none
  std::string client;       ///< who created it; empty: nobody in particular
  Metadata metadata;
  Timestamp created_at{};

  // From here on: what an event may change.
  Status status = Status::pending;
  std::int64_t authorized_minor = 0;  ///< 0 while pending; stays when less is captured
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  std::optional<PaymentMethod> method;
  std::optional<LastError> last_error;
  std::optional<Timestamp> expires_at;  ///< when an `expire` command would cancel it
  Rare<NextAction> next_action;         ///< while it is `requires_action`
  std::int64_t version = 0;             ///< the sequence of the last event
  Timestamp updated_at{};               ///< the time of the last event

  /// Beside the events: nothing while no provider with outside effects has been asked. Then a provider
  /// whose answer is known at once authorized it, or nobody did.
  Rare<Custody> custody;

  bool operator==(const Payment&) const = default;
};

/// Captured and not fully refunded: the reference's field.
bool is_paid(const Payment& payment);

/// What a refund may still take.
std::int64_t refundable_minor(const Payment& payment);

}  // namespace pay
