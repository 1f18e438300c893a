#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "command/commands.hpp"
#include "query/queries.hpp"

/// What a client sends, to what the service understands. Every function reads the whole request and names
/// every wrong field at once. Errors: `malformed_json`, `invalid_request`.
namespace pay::view {

/// `application/json`, any `application/*+json`, charset UTF-8 or none (RFC 9110, section 8.3).
bool is_json(std::string_view content_type);

/// `user_id, order_id, total_amount [, currency, capture_method, description, metadata]`.
Result<CreatePayment> read_create(std::string_view body, Currency default_currency, std::string_view client);

/// A wish to pay, as it was sent.
struct ProcessRequest {
  Source source;
  std::string return_url{};  ///< where the shop wants its payer back; empty: it does not say
};
/// `cardNumber, cardCode, expirationDate`, or `payment_method`: `{type: card, number, cvc, exp_month,
/// exp_year}`, `{type: card, token}` or `{type: wallet, wallet, token}`; and `[return_url]`. Reads the form
/// only; `check_card` judges the card.
Result<ProcessRequest> read_process(std::string_view body);
/// `invalid_request` for a payment method that the client's payments may not be paid with.
Error not_accepted(const Methods& accepted);

/// `[amount]`
Result<CapturePayment> read_capture(PaymentId id, std::string_view body);
/// `[reason]`
Result<CancelPayment> read_cancel(PaymentId id, std::string_view body);
/// `[amount, reason]`
Result<RefundPayment> read_refund(PaymentId id, std::string_view body);
/// For routes that take no field: the body must still be JSON, or empty.
Result<void> read_nothing(std::string_view body);

/// The parameters of a URL's query, decoded.
using Parameters = std::span<const std::pair<std::string, std::string>>;

/// `order_id, user_id, status, client, created_from, created_to, limit, cursor`.
Result<ListPayments> read_list(Parameters parameters);
/// `outcome, provider, needs_attention, limit, cursor`.
Result<ListAllAttempts> read_attempt_list(Parameters parameters);
/// `payment_id, status, limit, cursor`.
Result<ListNotifications> read_notification_list(Parameters parameters);
/// `limit, cursor`.
Result<PageOf> read_page(PaymentId payment, Parameters parameters);

/// One id as a path or a query writes it: 1 … 2^53-1, decimal digits, no sign, no leading zero.
std::optional<std::int64_t> read_id(std::string_view text);

/// 1 to 255 visible ASCII characters, bare or quoted (draft-ietf-httpapi-idempotency-key-header).
/// Error: `invalid_idempotency_key`.
Result<std::string> read_idempotency_key(std::string_view header);

/// The API key of a request: `X-Api-Key: KEY`, or else `Authorization: Bearer KEY` (RFC 6750, section 2.1).
/// Nothing when neither header holds anything or the latter has another scheme.
std::optional<std::string_view> read_api_key(std::optional<std::string_view> x_api_key,
                                             std::optional<std::string_view> authorization);

}  // namespace pay::view
