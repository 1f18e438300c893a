#pragma once

#include <span>

#include "storage/mysql/sql.hpp"
#include "storage/store.hpp"

namespace pay::mysql {

/// The statements that write what became of notifications: one for all that were delivered, one for each of
/// the others. Those of one notification take effect in their order.
void add_settlements(Script& script, std::span<const Settlement> settlements);

}  // namespace pay::mysql
