#include "provider/stripe/declines.hpp"

#include <algorithm>
#include <array>

namespace pay::stripe {
namespace {

struct Row {
  std::string_view theirs;
  std::string_view ours;
};

// https://docs.stripe.com/declines/codes, and the card errors of https://docs.stripe.com/error-codes.
constexpr auto declines = std::to_array<Row>({
    {"approve_with_id", "try_again_later"},
    {"authentication_not_handled", "authentication_required"},
    {"authentication_required", "authentication_required"},
    {"call_issuer", "call_issuer"},
    {"card_declined", "generic_decline"},
    {"card_decline_rate_limit_exceeded", "card_velocity_exceeded"},
    {"card_not_supported", "card_not_supported"},
    {"card_velocity_exceeded", "card_velocity_exceeded"},
    {"currency_not_supported", "currency_not_supported"},
    {"do_not_honor", "do_not_honor"},
    {"do_not_try_again", "do_not_honor"},
    {"duplicate_transaction", "duplicate_transaction"},
    {"expired_card", "expired_card"},
    {"fraudulent", "fraudulent"},
    {"generic_decline", "generic_decline"},
    {"incorrect_address", "incorrect_address"},
    {"incorrect_cvc", "incorrect_cvc"},
    {"incorrect_number", "incorrect_number"},
    {"incorrect_pin", "incorrect_pin"},
    {"incorrect_zip", "incorrect_zip"},
    {"insufficient_funds", "insufficient_funds"},
    {"invalid_account", "invalid_account"},
    {"invalid_amount", "invalid_amount"},
    {"invalid_cvc", "incorrect_cvc"},
    {"invalid_expiry_month", "invalid_expiry_month"},
    {"invalid_expiry_year", "invalid_expiry_year"},
    {"invalid_number", "incorrect_number"},
    {"invalid_pin", "incorrect_pin"},
    {"issuer_not_available", "issuer_not_available"},
    {"lost_card", "lost_card"},
    {"merchant_blacklist", "fraudulent"},
    {"new_account_information_available", "invalid_account"},
    {"no_action_taken", "do_not_honor"},
    {"not_permitted", "transaction_not_allowed"},
    {"offline_pin_required", "pin_required"},
    {"online_or_offline_pin_required", "pin_required"},
    {"payment_intent_authentication_failure", "authentication_failed"},
    {"pickup_card", "pickup_card"},
    {"pin_try_exceeded", "pin_try_exceeded"},
    {"processing_error", "processing_error"},
    {"reenter_transaction", "try_again_later"},
    {"restricted_card", "restricted_card"},
    {"revocation_of_all_authorizations", "authorization_revoked"},
    {"revocation_of_authorization", "authorization_revoked"},
    {"security_violation", "security_violation"},
    {"service_not_allowed", "transaction_not_allowed"},
    {"stolen_card", "stolen_card"},
    {"stop_payment_order", "authorization_revoked"},
    {"testmode_decline", "test_card_refused"},
    {"transaction_not_allowed", "transaction_not_allowed"},
    {"try_again_later", "try_again_later"},
    {"withdrawal_count_limit_exceeded", "card_velocity_exceeded"},
});

// https://docs.stripe.com/error-codes.
constexpr auto refusals = std::to_array<Row>({
    {"charge_already_refunded", "already_refunded"},
    {"charge_disputed", "disputed"},
    {"charge_expired_for_capture", "authorization_expired"},
    {"payment_method_unexpected_state", "invalid_account"},
    {"refund_disputed_payment", "disputed"},
    {"token_already_used", "invalid_account"},
});

std::optional<std::string_view> find(auto& table, std::string_view code) {
  const auto row = std::ranges::find(table, code, &Row::theirs);
  if (row == table.end()) return {};
  return row->ours;
}

}  // namespace

std::string_view decline_of(std::string_view code) {
  return find(declines, code).value_or("generic_decline");
}

std::optional<std::string_view> refusal_of(std::string_view code) {
  return find(refusals, code);
}

}  // namespace pay::stripe
