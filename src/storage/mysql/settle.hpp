#pragma once

#include <span>

#include "storage/mysql/sql.hpp"
#include "storage/store.hpp"

namespace pay::mysql {

/// `claimed_by` of a row that its writer tries first.
inline constexpr std::string_view claim_of_first_try = "writer";

/// The statements that write what became of notifications: one for all that were delivered, one for tries of
/// one claim that ended alike, one for each of the others. Those of one notification take effect in their
/// order.
void add_settlements(Script& script, std::span<const Settlement> settlements);

}  // namespace pay::mysql
