#include "storage/mysql/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "storage/attempt_columns.hpp"
#include "storage/notification_columns.hpp"

namespace pay::mysql {

LoadScript::LoadScript(std::span<const PaymentId> ids, const Wanted& wanted,
                       std::span<const std::string> opening) {
  if (ids.empty() && wanted.open_attempts_of.empty() && wanted.keys.empty() && wanted.notifications.empty())
    return;
  for (const auto& statement : opening) add(statement);
  lock_payments(ids);
  first_attempts_statement_ = count_;
  find_open_attempts(wanted.open_attempts_of);
  first_keys_statement_ = count_;
  find_keys(wanted.keys);
  first_notifications_statement_ = count_;
  lock_notifications(wanted.notifications);
}

void LoadScript::add(std::string_view statement) {
  if (count_ > 0) text_ += ';';
  text_ += statement;
  ++count_;
}

void LoadScript::lock_payments(std::span<const PaymentId> ids) {
  while (!ids.empty()) {
    const auto some = ids.first(std::min(ids.size(), ids_a_statement));
    add(fmt::format("SELECT {} FROM payments WHERE id IN ({}) ORDER BY id FOR UPDATE", columns::payments,
                    list_of(some)));
    ids = ids.subspan(some.size());
  }
}

/// Without locks of their own: who holds their payments holds them.
void LoadScript::find_open_attempts(std::span<const PaymentId> ids) {
  while (!ids.empty()) {
    const auto some = ids.first(std::min(ids.size(), ids_a_statement));
    add(
        fmt::format("SELECT {} FROM provider_calls c FORCE INDEX (provider_calls_by_payment) "
                    "JOIN attempts a ON a.id = c.attempt_id "
                    "WHERE c.payment_id IN ({}) AND c.is_open = 1 ORDER BY a.id",
                    columns::attempts_with_calls, list_of(some)));
    ids = ids.subspan(some.size());
  }
}

/// Keys of one client are neighbours: they are sorted.
void LoadScript::find_keys(std::span<const IdempotencyKey> keys) {
  static const std::string head = fmt::format(
      "SELECT k.client, k.idem_key, k.fingerprint, k.state, k.outcome, k.payment_id, k.sequence, k.order_id, "
      "k.created_at, {} FROM idempotency_keys k "
      "LEFT JOIN events e ON e.payment_id = k.payment_id AND e.sequence = k.sequence "
      "LEFT JOIN payments p ON p.id = e.payment_id WHERE k.client = ",
      columns::payment_after_event);
  while (!keys.empty()) {
    const auto& client = keys.front().client;
    const auto limit = keys.begin() + static_cast<std::ptrdiff_t>(std::min(keys.size(), ids_a_statement));
    const auto end = std::find_if(keys.begin(), limit, [&](const auto& key) { return key.client != client; });
    add(head);
    append_text(text_, client);
    for (auto key = keys.begin(); key != end; ++key) {
      text_ += key == keys.begin() ? " AND k.idem_key IN (" : ",";
      append_text(text_, key->key);
    }
    text_ += ')';
    keys = {end, keys.end()};
  }
}

void LoadScript::lock_notifications(std::span<const NotificationId> ids) {
  while (!ids.empty()) {
    const auto some = ids.first(std::min(ids.size(), ids_a_statement));
    add(
        fmt::format("SELECT {}, EXISTS (SELECT 1 FROM notifications l WHERE l.payment_id = n.payment_id "
                    "AND l.sequence > n.sequence AND l.status <> 'dead') "
                    "FROM notifications n FORCE INDEX (PRIMARY) WHERE id IN ({}) ORDER BY id FOR UPDATE",
                    columns::notifications, list_of(some)));
    ids = ids.subspan(some.size());
  }
}

void LoadScript::take(std::size_t statement, const Row& row, Loaded& loaded) const {
  if (statement < first_attempts_statement_) {
    loaded.payments.push_back(columns::read_payment(row));
    return;
  }
  if (statement < first_keys_statement_) {
    loaded.attempts.push_back(columns::read_attempt(row));
    return;
  }
  if (statement >= first_notifications_statement_) {
    loaded.notifications.push_back({.notification = columns::read_notification(row),
                                    .overtaken = row.integer(columns::notifications_count) != 0});
    return;
  }
  LoadedKey key{.record = columns::read_key(row), .payment = {}};
  if (!row.is_null(columns::keys_count)) key.payment = columns::read_payment(row, columns::keys_count);
  loaded.keys.push_back(std::move(key));
}

}  // namespace pay::mysql
