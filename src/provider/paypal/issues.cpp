#include "provider/paypal/issues.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "provider/paypal/json.hpp"

namespace pay::paypal {
namespace {

using Meaning = Refusal::Meaning;

struct IssueRow {
  std::string_view issue;
  Meaning meaning;
  std::string_view decline_code = {};
};

// What is not in it is not executed: 422 is PayPal's word for a request that failed its checks.
constexpr auto issues = std::to_array<IssueRow>({
    // The payer, or what the payer pays with.
    {"INSTRUMENT_DECLINED", Meaning::declined, "generic_decline"},
    {"PAYER_CANNOT_PAY", Meaning::declined, "generic_decline"},
    {"TRANSACTION_REFUSED", Meaning::declined, "generic_decline"},
    {"PAYMENT_SOURCE_DECLINED_BY_PROCESSOR", Meaning::declined, "generic_decline"},
    {"PAYMENT_SOURCE_CANNOT_BE_USED", Meaning::declined, "generic_decline"},
    {"PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED", Meaning::declined, "generic_decline"},
    {"REDIRECT_PAYER_FOR_ALTERNATE_FUNDING", Meaning::declined, "generic_decline"},
    {"MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", Meaning::declined, "generic_decline"},
    {"TRANSACTION_LIMIT_EXCEEDED", Meaning::declined, "card_velocity_exceeded"},
    {"CARD_EXPIRED", Meaning::declined, "expired_card"},
    {"REFERENCED_CARD_EXPIRED", Meaning::declined, "expired_card"},
    {"INVALID_EXPIRY_DATE", Meaning::declined, "expired_card"},
    {"TOKEN_EXPIRED", Meaning::declined, "expired_card"},
    {"INVALID_SECURITY_CODE_LENGTH", Meaning::declined, "incorrect_cvc"},
    {"CARD_BRAND_NOT_SUPPORTED", Meaning::declined, "card_not_supported"},
    {"CARD_TYPE_NOT_SUPPORTED", Meaning::declined, "card_not_supported"},
    {"CURRENCY_NOT_SUPPORTED_FOR_CARD_TYPE", Meaning::declined, "currency_not_supported"},
    {"PAYER_ACCOUNT_LOCKED_OR_CLOSED", Meaning::declined, "invalid_account"},
    {"PAYER_ACCOUNT_RESTRICTED", Meaning::declined, "invalid_account"},
    {"AGREEMENT_ALREADY_CANCELLED", Meaning::declined, "invalid_account"},
    {"BILLING_AGREEMENT_NOT_FOUND", Meaning::declined, "invalid_account"},
    {"TOKEN_ID_NOT_FOUND", Meaning::declined, "invalid_account"},
    {"MISMATCHED_VAULT_ID_TO_PAYMENT_SOURCE", Meaning::declined, "invalid_account"},
    {"COMPLIANCE_VIOLATION", Meaning::declined, "transaction_not_allowed"},
    {"DOMESTIC_TRANSACTION_REQUIRED", Meaning::declined, "transaction_not_allowed"},
    {"PAYEE_BLOCKED_TRANSACTION", Meaning::declined, "fraudulent"},
    {"TRANSACTION_BLOCKED_BY_PAYEE", Meaning::declined, "fraudulent"},
    {"ORDER_EXPIRED", Meaning::declined, "approval_expired"},

    // What is held, or was taken.
    {"AUTHORIZATION_DENIED", Meaning::declined, "generic_decline"},
    {"AUTHORIZATION_EXPIRED", Meaning::declined, "authorization_expired"},
    {"AUTHORIZATION_VOIDED", Meaning::declined, "authorization_voided"},
    {"MAX_CAPTURE_AMOUNT_EXCEEDED", Meaning::declined, "amount_too_large"},
    {"PREVIOUSLY_CAPTURED", Meaning::declined, "already_captured"},
    {"CAPTURE_FULLY_REFUNDED", Meaning::declined, "already_refunded"},
    {"REFUND_AMOUNT_EXCEEDED", Meaning::declined, "already_refunded"},
    {"REFUND_AMOUNT_TOO_LOW", Meaning::declined, "amount_too_small"},
    {"REFUND_FAILED_INSUFFICIENT_FUNDS", Meaning::declined, "insufficient_balance"},
    {"REFUND_TIME_LIMIT_EXCEEDED", Meaning::declined, "refund_not_allowed"},
    {"REFUND_NOT_ALLOWED", Meaning::declined, "refund_not_allowed"},
    {"PARTIAL_REFUND_NOT_ALLOWED", Meaning::declined, "refund_not_allowed"},
    {"MAX_NUMBER_OF_REFUNDS_EXCEEDED", Meaning::declined, "refund_not_allowed"},
    {"REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", Meaning::declined, "refund_not_allowed"},
    {"TRANSACTION_DISPUTED", Meaning::declined, "refund_not_allowed"},

    // It is in another state than was thought.
    {"ORDER_NOT_APPROVED", Meaning::look},
    {"PAYER_ACTION_REQUIRED", Meaning::look},
    {"ORDER_ALREADY_CAPTURED", Meaning::look},
    {"ORDER_ALREADY_AUTHORIZED", Meaning::look},
    {"ORDER_COMPLETED_OR_VOIDED", Meaning::look},
    {"ORDER_COMPLETION_IN_PROGRESS", Meaning::look},
    {"AUTHORIZATION_ALREADY_CAPTURED", Meaning::look},
    {"PREVIOUSLY_VOIDED", Meaning::look},
    {"CANNOT_BE_VOIDED", Meaning::look},

    // Our invoice ids are our attempts: a duplicate is this very attempt, done before.
    {"DUPLICATE_INVOICE_ID", Meaning::unknown},
    {"DUPLICATE_REQUEST_ID", Meaning::unknown},
    {"PREVIOUS_REQUEST_IN_PROGRESS", Meaning::unknown},
});

struct CodeRow {
  std::string_view response_code;
  std::string_view decline_code;
};
constexpr auto response_codes = std::to_array<CodeRow>({
    {"0100", "call_issuer"},              // referral
    {"0390", "invalid_account"},          // account not found
    {"0500", "do_not_honor"},             //
    {"00N7", "incorrect_cvc"},            // CVV2 failure, possible retry with CVV
    {"1330", "invalid_account"},          //
    {"1380", "expired_card"},             // invalid expiration
    {"1382", "incorrect_cvc"},            // invalid card verification value
    {"5110", "incorrect_cvc"},            // CVV2 failure
    {"5120", "insufficient_funds"},       //
    {"5140", "invalid_account"},          // card closed
    {"5150", "pickup_card"},              // pick up card, special conditions
    {"5170", "incorrect_zip"},            // AVS failure
    {"5180", "restricted_card"},          // invalid or restricted card
    {"5190", "incorrect_zip"},            // soft AVS
    {"5200", "duplicate_transaction"},    //
    {"5400", "expired_card"},             //
    {"5650", "authentication_required"},  // declined, strong customer authentication required
    {"5700", "transaction_not_allowed"},  // transaction not permitted
    {"5910", "issuer_not_available"},     // not retriable
    {"5920", "issuer_not_available"},     // retriable
    {"5930", "card_not_activated"},       //
    {"6300", "invalid_account"},          // account not on file
    {"7600", "authentication_required"},  // 3-D Secure error
    {"7710", "authentication_required"},  // authentication failed
    {"9100", "try_again_later"},          // declined, please retry
    {"9500", "fraudulent"},               // suspected fraud
    {"9510", "security_violation"},       //
    {"9520", "lost_card"},                // lost or stolen
    {"9530", "call_issuer"},              // hold, call center
    {"9600", "processing_error"},         // unrecognized response code
    {"PPCT", "card_not_supported"},       // card type unsupported
    {"PPCU", "currency_not_supported"},   // currency used invalid
    {"PPNT", "processing_error"},         // network error
    {"PPTV", "card_velocity_exceeded"},   // terminal value or velocity
});

/// Statuses of requests that PayPal, or what stands before it, refused to look at.
constexpr auto refused = std::to_array({400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 429});

/// PayPal's word for it. A word of ours never comes from elsewhere: what is none is left out.
std::string issue_of(const boost::json::object& error) {
  const auto* const detail = first_of(error, "details");
  const auto issue = detail != nullptr ? text_of(*detail, "issue") : std::string_view{};
  const auto word = issue.empty() ? text_of(error, "name") : issue;
  return is_name(word) ? std::string(word) : std::string{};
}

}  // namespace

Refusal refusal_of(const http::Answer& answer) {
  const auto error = read_object(answer.body);
  Refusal refusal{.status = answer.status, .issue = error ? issue_of(*error) : std::string{}};
  refusal.why = fmt::format("{}{}{}", answer.status, refusal.issue.empty() ? "" : " ", refusal.issue);
  const auto row = std::ranges::find(issues, refusal.issue, &IssueRow::issue);
  const bool was_read = answer.status == 400 || answer.status == 422;
  if (was_read && row != issues.end()) {
    refusal.meaning = row->meaning;
    refusal.decline_code = row->decline_code;
  } else if ((answer.status == 422 && !refusal.issue.empty()) ||
             std::ranges::find(refused, answer.status) != refused.end()) {
    refusal.meaning = Meaning::not_executed;
  }
  return refusal;
}

std::string_view decline_code_of(std::string_view response_code) {
  const auto row = std::ranges::find(response_codes, response_code, &CodeRow::response_code);
  return row == response_codes.end() ? "generic_decline" : row->decline_code;
}

}  // namespace pay::paypal
