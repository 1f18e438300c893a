#include "storage/mysql/save.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "storage/attempt_columns.hpp"
#include "storage/mysql/settle.hpp"
#include "storage/mysql/settle_attempts.hpp"
#include "storage/notification_columns.hpp"

namespace pay::mysql {
namespace {

/// What an update changes: the columns that an event may change, which event it was, and who has it. VALUES()
/// is deprecated on MySQL, but the only form that MySQL, MariaDB and TiDB share.
constexpr std::string_view take_new_state =
    " ON DUPLICATE KEY UPDATE status = VALUES(status), authorized_minor = VALUES(authorized_minor), "
    "captured_minor = VALUES(captured_minor), refunded_minor = VALUES(refunded_minor), "
    "method_type = VALUES(method_type), method_brand = VALUES(method_brand), "
    "method_last4 = VALUES(method_last4), method_exp_year = VALUES(method_exp_year), "
    "method_exp_month = VALUES(method_exp_month), error_code = VALUES(error_code), "
    "decline_code = VALUES(decline_code), expires_at = VALUES(expires_at), "
    "action_url = VALUES(action_url), action_expires_at = VALUES(action_expires_at), "
    "version = VALUES(version), updated_at = VALUES(updated_at), provider = VALUES(provider), "
    "provider_reference = VALUES(provider_reference), open_attempt = VALUES(open_attempt)";

std::string into(std::string_view table, std::string_view names) {
  return fmt::format("INSERT INTO {} ({}) VALUES ", table, names);
}

template <class T>
bool are_plain(const std::vector<T>& rows) {
  return std::ranges::all_of(rows, [](const T& row) { return columns::is_plain(row); });
}

void add_created(Script& script, const std::vector<Payment>& payments) {
  static const std::string into_plain = into("payments", columns::plain_payments);
  static const std::string into_all = into("payments", columns::payments);
  if (are_plain(payments)) {
    return script.insert(into_plain, payments,
                         [](Tuple& tuple, const Payment& row) { columns::write_plain_payment(tuple, row); });
  }
  script.insert(into_all, payments,
                [](Tuple& tuple, const Payment& row) { columns::write_payment(tuple, row); });
}

void add_events(Script& script, const std::vector<Event>& events) {
  static const std::string into_plain = into("events", columns::plain_events);
  static const std::string into_all = into("events", columns::events);
  if (are_plain(events)) {
    return script.insert(into_plain, events,
                         [](Tuple& tuple, const Event& row) { columns::write_plain_event(tuple, row); });
  }
  script.insert(into_all, events, [](Tuple& tuple, const Event& row) { columns::write_event(tuple, row); });
}

void add_calls(Script& script, std::span<const Attempt> attempts) {
  static const std::string into_calls = into("provider_calls", columns::provider_calls);
  struct Called {
    const Attempt& attempt;
    const ProviderCall& call;
  };
  std::vector<Called> called;
  for (const auto& attempt : attempts) {
    if (attempt.call) called.push_back({.attempt = attempt, .call = *attempt.call});
  }
  script.insert(into_calls, called, [](Tuple& tuple, const Called& row) {
    columns::write_call(tuple, row.attempt, row.call);
    const auto& due_at = row.call.due_at;
    due_at ? tuple.expression(from_now(*due_at - row.attempt.created_at)) : tuple.null();
  });
}

}  // namespace

void add_changes(Script& script, const Changes& changes) {
  static const std::string into_payments = into("payments", columns::payments);
  static const std::string into_attempts = into("attempts", columns::attempts);
  static const std::string into_refunds = into("refunds", columns::refunds);
  static const std::string into_notifications =
      into("notifications", fmt::format("{}, claimed_by", columns::notifications));
  static const std::string into_keys = into("idempotency_keys", columns::keys);

  const auto payment = [](Tuple& tuple, const Payment& row) { columns::write_payment(tuple, row); };
  add_created(script, changes.created);
  // The rows are there and locked: only the second half of the statement is ever carried out.
  script.insert(into_payments, changes.updated, payment, take_new_state);
  add_events(script, changes.events);
  script.insert(into_attempts, changes.attempts,
                [](Tuple& tuple, const Attempt& row) { columns::write_attempt(tuple, row); });
  add_calls(script, changes.attempts);
  add_attempt_settlements(script, changes.attempt_settlements);
  script.insert(into_refunds, changes.refunds,
                [](Tuple& tuple, const Refund& row) { columns::write_refund(tuple, row); });
  add_refund_settlements(script, changes.refund_settlements);
  add_released_keys(script, changes.released_keys);
  script.insert(
      into_keys, changes.keys, [](Tuple& tuple, const KeyRecord& row) { columns::write_key(tuple, row); }, {},
      Purpose::keys);
  add_finished_keys(script, changes.finished_keys);
  script.insert(into_notifications, changes.notifications, [](Tuple& tuple, const Notification& row) {
    columns::write_notification(tuple, row);
    tuple.expression(from_now(row.due_at - row.created_at));
    const bool its_writer_tries_first = row.due_at > row.created_at;
    tuple.text(its_writer_tries_first ? claim_of_first_try : "");
  });
  add_settlements(script, changes.settlements);
}

}  // namespace pay::mysql
