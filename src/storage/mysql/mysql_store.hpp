#pragma once

#include <memory>

#include "storage/mysql/options.hpp"
#include "storage/store.hpp"

/// The store for databases that speak MySQL's protocol: MySQL, MariaDB, Galera, Group Replication. Several
/// instances may serve one database.
namespace pay::mysql {

/// Brings the schema up, adopts the reference's table when it finds it, and returns the store. Safe when
/// several instances do so at once, and when they are killed while they do. Throws StoreUnavailable when no
/// host answers (worth another try), StoreRejected for what no try mends: a wrong password, a schema
/// newer than this program, somebody else's table `payments`. Each says it in one line.
std::unique_ptr<Store> open(Options options);

/// For operators: reads a database that exists, as it is. Throws the same.
std::unique_ptr<ReadStore> open_to_read(Options options);

}  // namespace pay::mysql
