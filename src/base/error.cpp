#include "base/error.hpp"

#include <utility>

#include "base/bug.hpp"

namespace pay {

std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed_json:
      return "malformed_json";
    case ErrorCode::invalid_request:
      return "invalid_request";
    case ErrorCode::incorrect_number:
      return "incorrect_number";
    case ErrorCode::invalid_expiry_month:
      return "invalid_expiry_month";
    case ErrorCode::invalid_expiry_year:
      return "invalid_expiry_year";
    case ErrorCode::invalid_cvc:
      return "invalid_cvc";
    case ErrorCode::live_card_refused:
      return "live_card_refused";
    case ErrorCode::invalid_signature:
      return "invalid_signature";
    case ErrorCode::invalid_idempotency_key:
      return "invalid_idempotency_key";
    case ErrorCode::unauthorized:
      return "unauthorized";
    case ErrorCode::card_declined:
      return "card_declined";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::method_not_allowed:
      return "method_not_allowed";
    case ErrorCode::invalid_state:
      return "invalid_state";
    case ErrorCode::amount_exceeds_authorized:
      return "amount_exceeds_authorized";
    case ErrorCode::amount_exceeds_captured:
      return "amount_exceeds_captured";
    case ErrorCode::idempotency_key_in_use:
      return "idempotency_key_in_use";
    case ErrorCode::payload_too_large:
      return "payload_too_large";
    case ErrorCode::unsupported_media_type:
      return "unsupported_media_type";
    case ErrorCode::idempotency_key_reused:
      return "idempotency_key_reused";
    case ErrorCode::rate_limited:
      return "rate_limited";
    case ErrorCode::unavailable:
      return "unavailable";
  }
  bug("an enumeration has another value");
}

std::optional<ErrorCode> find_error_code(std::string_view text) {
  for (auto code = ErrorCode::malformed_json; code <= ErrorCode::unavailable;
       code = static_cast<ErrorCode>(std::to_underlying(code) + 1)) {
    if (name(code) == text) return code;
  }
  return std::nullopt;
}

bool retryable(ErrorCode code) {
  switch (code) {
    case ErrorCode::idempotency_key_in_use:
    case ErrorCode::rate_limited:
    case ErrorCode::unavailable:
      return true;
    case ErrorCode::malformed_json:
    case ErrorCode::invalid_request:
    case ErrorCode::incorrect_number:
    case ErrorCode::invalid_expiry_month:
    case ErrorCode::invalid_expiry_year:
    case ErrorCode::invalid_cvc:
    case ErrorCode::live_card_refused:
    case ErrorCode::invalid_signature:
    case ErrorCode::invalid_idempotency_key:
    case ErrorCode::unauthorized:
    case ErrorCode::card_declined:
    case ErrorCode::not_found:
    case ErrorCode::method_not_allowed:
    case ErrorCode::invalid_state:
    case ErrorCode::amount_exceeds_authorized:
    case ErrorCode::amount_exceeds_captured:
    case ErrorCode::payload_too_large:
    case ErrorCode::unsupported_media_type:
    case ErrorCode::idempotency_key_reused:
      return false;
  }
  bug("an enumeration has another value");
}

}  // namespace pay
