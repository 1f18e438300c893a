#pragma once

#include "storage/store.hpp"

namespace pay {

/// A page of a filtered list looks at no more rows than this, so that it costs the same however large the
/// table.
inline constexpr std::size_t max_rows_examined = 1000;

/// Attempts that are not final have an index of their own, which holds little else than what a filter on them
/// is after.
inline constexpr std::size_t max_open_attempts_examined = 100'000;

/// All conditions of the filter, those that an index has seen to already included.
inline bool matches(const PaymentFilter& filter, const Payment& payment) {
  const auto equal = [](const auto& wanted, const auto& actual) { return !wanted || *wanted == actual; };
  return equal(filter.order_id, payment.order_id) && equal(filter.user_id, payment.user_id) &&
         equal(filter.status, payment.status) && equal(filter.client, payment.client) &&
         (!filter.created_from || payment.created_at >= *filter.created_from) &&
         (!filter.created_to || payment.created_at < *filter.created_to);
}

inline bool matches(const NotificationFilter& filter, const Notification& notification) {
  const auto equal = [](const auto& wanted, const auto& actual) { return !wanted || *wanted == actual; };
  return equal(filter.payment_id, notification.payment_id) && equal(filter.status, notification.status) &&
         equal(filter.client, notification.client);
}

/// Whatever else it asks for, none that it wants is final.
inline bool wants_open_only(const AttemptFilter& filter) {
  return (filter.outcome && !is_final(*filter.outcome)) || filter.needs_attention.value_or(false);
}

/// `client`: whose payment it is for.
inline bool matches(const AttemptFilter& filter, const Attempt& attempt, std::string_view client) {
  const auto equal = [](const auto& wanted, const auto& actual) { return !wanted || *wanted == actual; };
  return equal(filter.outcome, attempt.outcome) && equal(filter.provider, attempt.provider) &&
         equal(filter.needs_attention, attempt.call && attempt.call->needs_attention) &&
         equal(filter.client, client);
}

}  // namespace pay
