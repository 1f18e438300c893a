#pragma once

#include "storage/mysql/sql.hpp"
#include "storage/store.hpp"

namespace pay::mysql {

/// The statements that write what a batch leaves behind, a multi-row one for each table.
void add_changes(Script& script, const Changes& changes);

}  // namespace pay::mysql
