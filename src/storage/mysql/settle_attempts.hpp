#pragma once

#include <span>

#include "storage/mysql/sql.hpp"
#include "storage/store.hpp"

namespace pay::mysql {

/// The statements that write what became of attempts that are open. Those of one attempt take effect in their
/// order.
void add_attempt_settlements(Script& script, std::span<const AttemptSettlement> settlements);

/// The same of refunds that wait, and of keys: released ones make way for new ones, finished ones may have
/// begun in the same batch.
void add_refund_settlements(Script& script, std::span<const RefundSettlement> settlements);
void add_released_keys(Script& script, std::span<const IdempotencyKey> keys);
void add_finished_keys(Script& script, std::span<const KeyRecord> keys);

}  // namespace pay::mysql
