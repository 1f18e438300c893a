#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pay {

/// Everything that can be answered instead of success. The names are public and stable.
/// Expected outcomes are values of this type; a broken world (the database is gone) is an exception.
enum class ErrorCode : std::uint8_t {
  malformed_json,             ///< the body is not JSON, or holds what no text may hold
  invalid_request,            ///< one or more fields are wrong; `Error::fields` names each
  incorrect_number,           ///< the card number fails the Luhn check (ISO/IEC 7812-1)
  invalid_expiry_month,       ///< no such month, or a month of this year that has passed
  invalid_expiry_year,        ///< a year that has passed, or too far away
  invalid_cvc,                ///< the security code has a wrong length for the brand
  live_card_refused,          ///< not a known test number: a simulator must never see a real card
  invalid_signature,          ///< a webhook that its provider did not sign, or signed too long ago
  invalid_idempotency_key,    ///< not 1 to 255 visible characters, or sent twice
  unauthorized,               ///< no API key, or a wrong one
  card_declined,              ///< the issuer, or the provider, said no; the decline code says why
  not_found,                  ///< no such payment, or no such path
  method_not_allowed,         ///< the path exists, the method does not
  invalid_state,              ///< the payment's status does not allow it
  amount_exceeds_authorized,  ///< a capture above what was authorized
  amount_exceeds_captured,    ///< a refund above what is left of the capture
  idempotency_key_in_use,     ///< the first request with this key is still running
  payload_too_large,          ///< the body is above the limit
  unsupported_media_type,     ///< the body is not JSON by its Content-Type
  idempotency_key_reused,     ///< the key protects another command
  rate_limited,               ///< too many wrong API keys came from this address
  unavailable,                ///< the database, or a provider, cannot be reached, or the queue is full
};

/// The public name, as in `"code": "card_declined"`.
std::string_view name(ErrorCode code);

/// The code of this name.
std::optional<ErrorCode> find_error_code(std::string_view name);

/// True when the same request may succeed later, unchanged.
bool retryable(ErrorCode code);

/// A sentence for people in the two languages that the API speaks.
struct Text {
  std::string en;
  std::string fr;
};

struct FieldError {
  std::string field;
  Text message;
};

/// Why something was not done. `detail` and `fields` are shown to the client and never hold card data.
/// `internal` goes to the log only.
struct Error {
  ErrorCode code{};
  Text detail{};                     ///< empty: the code's own sentence is shown
  std::vector<FieldError> fields{};  ///< every wrong field at once
  std::string internal{};
};

}  // namespace pay
