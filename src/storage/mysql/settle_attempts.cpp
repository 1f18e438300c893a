#include "storage/mysql/settle_attempts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "storage/attempt_columns.hpp"

namespace pay::mysql {
namespace {

std::string due_at(const AttemptSettlement& settlement) {
  if (is_final(settlement.outcome) || !settlement.due_in) return "NULL";
  return from_now(*settlement.due_in);
}

/// Both rows in one statement, so that an attempt whose call is not open any more stays as it is in both.
std::string settle(const AttemptSettlement& settlement) {
  const auto finished_at = settlement.finished_at;
  return fmt::format(
      "UPDATE attempts a JOIN provider_calls c ON c.attempt_id = a.id SET a.outcome = '{}', "
      "a.decline_code = {}, a.finished_at = {}, c.is_open = {}, c.reference = {}, c.tries = {}, "
      "c.last_error = {}, c.needs_attention = {}, c.being_asked = {}, c.due_at = {}, c.claimed_by = '' "
      "WHERE a.id = {} AND c.is_open = 1",
      name(settlement.outcome), quoted(settlement.decline_code),
      finished_at ? std::to_string(columns::to_integer(*finished_at)) : "NULL",
      is_final(settlement.outcome) ? 0 : 1,
      settlement.reference.empty() ? "c.reference" : quoted(settlement.reference), settlement.tries,
      quoted(columns::error_text(settlement.last_error)), settlement.needs_attention ? 1 : 0,
      settlement.being_asked ? 1 : 0, due_at(settlement), settlement.id.value);
}

std::string is_running(const IdempotencyKey& key) {
  return fmt::format("client = {} AND idem_key = {} AND state = 'running'", quoted_bytes(key.client),
                     quoted_bytes(key.key));
}

}  // namespace

/// By ascending id, as claims go, so that the two never wait for each other in a ring.
void add_attempt_settlements(Script& script, std::span<const AttemptSettlement> settlements) {
  std::vector<const AttemptSettlement*> sorted;
  sorted.reserve(settlements.size());
  for (const auto& settlement : settlements) sorted.push_back(&settlement);
  std::ranges::sort(sorted, {}, [](const auto* settlement) { return std::pair(settlement->id, settlement); });
  for (const auto* settlement : sorted) script.add(settle(*settlement));
}

void add_refund_settlements(Script& script, std::span<const RefundSettlement> settlements) {
  for (const auto& settlement : settlements) {
    script.add(fmt::format("UPDATE refunds SET status = '{}' WHERE id = {} AND status = 'pending'",
                           name(settlement.status), settlement.id.value));
  }
}

void add_released_keys(Script& script, std::span<const IdempotencyKey> keys) {
  for (const auto& key : keys) script.add("DELETE FROM idempotency_keys WHERE " + is_running(key));
}

void add_finished_keys(Script& script, std::span<const KeyRecord> keys) {
  for (const auto& record : keys) {
    script.add(
        fmt::format("UPDATE idempotency_keys SET outcome = {}, payment_id = {}, sequence = {}, "
                    "order_id = {}, state = '{}' WHERE {}",
                    quoted(record.outcome), record.payment.value, record.sequence, record.order.value,
                    name(record.state), is_running(record.key)));
  }
}

}  // namespace pay::mysql
