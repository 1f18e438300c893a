#pragma once

#include "storage/mysql/connection.hpp"

/// The database of the service that this one replaces: its table `payments(id, order_id, user_id,
/// total_amount, is_paid, created_at)` becomes `reference_payments` and stays as it was; every row is copied
/// into our tables. Each step may be cut short and run again, by several instances at once. They throw as
/// Connection::run, and StoreRejected when a table named like ours is neither ours nor the reference's.
namespace pay::mysql {

/// Before our tables are made.
void set_reference_aside(Connection& connection);

/// After: does nothing when there is none.
void copy_reference(Connection& connection, Currency currency);

/// Ids go on above every id that is or was in use.
void begin_ids(Connection& connection);

}  // namespace pay::mysql
