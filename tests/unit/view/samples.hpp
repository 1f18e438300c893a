#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/payment.hpp"

/// What several tests of the view begin with.
namespace pay::view {

inline Currency currency(std::string_view code) {
  return Currency::find(code).value();
}

/// 2026-01-31T12:00:00Z.
inline Timestamp noon() {
  return std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + std::chrono::hours(12);
}

inline Payment pending_payment() {
  return {.id = {7},
          .order_id = {42},
          .user_id = {3},
          .amount_minor = 9953,
          .currency = currency("CAD"),
          .description = {},
          .client = {},
          .metadata = {},
          .created_at = noon(),
          .method = {},
          .last_error = {},
          .expires_at = {},
          .version = 1,
          .updated_at = noon()};
}

inline Payment paid_payment() {
  Payment payment = pending_payment();
  payment.status = Status::paid;
  payment.authorized_minor = 9953;
  payment.captured_minor = 9953;
  payment.method = PaymentMethod{.brand = Brand::visa, .last4 = "4242", .expiry = {.year = 2030, .month = 1}};
  payment.version = 2;
  payment.updated_at = noon() + std::chrono::microseconds(3'250'001);
  return payment;
}

/// The names of the wrong fields, in order: `order_id user_id`.
inline std::string fields_of(const Error& error) {
  std::string names;
  for (const FieldError& wrong : error.fields) names += (names.empty() ? "" : " ") + wrong.field;
  return names;
}

/// Everything of an error that a client may see.
inline std::string shown(const Error& error) {
  std::string text = error.detail.en + error.detail.fr;
  for (const FieldError& wrong : error.fields) text += wrong.field + wrong.message.en + wrong.message.fr;
  return text;
}

}  // namespace pay::view
