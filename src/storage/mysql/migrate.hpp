#pragma once

#include "storage/mysql/connection.hpp"

namespace pay::mysql {

/// Brings the schema up, from nothing, from any earlier version, or from the reference's database.
///
/// No lock is taken, since a killed holder would keep it: every step may be run again, by several instances
/// at once, and the version's row comes last. Throws StoreUnavailable, or StoreRejected with one line
/// for what no try mends.
void migrate(Connection& connection, Currency default_currency);

}  // namespace pay::mysql
