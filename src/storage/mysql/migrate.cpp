#include "storage/mysql/migrate.hpp"

#include <fmt/format.h>

#include <array>
#include <string>

#include "mysql_0001_payments.hpp"
#include "mysql_0002_shop.hpp"
#include "mysql_0003_providers.hpp"
#include "storage/mysql/adopt.hpp"
#include "storage/mysql/errors.hpp"
#include "storage/mysql/step.hpp"
#include "storage/script.hpp"

namespace pay::mysql {
namespace {

/// In order; the last one's number is the schema's version.
constexpr std::array migrations = {mysql_0001_payments, mysql_0002_shop, mysql_0003_providers};
constexpr auto newest = static_cast<int>(migrations.size());

int version_of(Connection& connection) {
  int version = 0;
  try {
    run_step(connection, "SELECT COALESCE(MAX(version), 0) FROM schema_version",
             [&](const Row& row) { version = static_cast<int>(row.integer(0)); });
  } catch (const SqlError& e) {
    if (e.code() != error::unknown_table) throw;
  }
  return version;
}

void run_migration(Connection& connection, std::string_view script) {
  for (const auto& statement : statements_of(script)) {
    try {
      run_step(connection, statement);
    } catch (const SqlError& e) {
      const bool done_before =
          error::is_one_of(e.code(), {error::table_exists, error::duplicate_column, error::duplicate_index,
                                      error::duplicate_key, error::nothing_to_drop});
      if (!done_before) throw;
    }
  }
}

void bring_up(Connection& connection, Currency default_currency) {
  const int version = version_of(connection);
  if (version == newest) return;
  if (version > newest) {
    throw StoreRejected(fmt::format(
        "the database has schema version {}, this program knows {} at most: use the newer program", version,
        newest));
  }
  if (version == 0) set_reference_aside(connection);
  for (int each = version; each < newest; ++each) {
    run_migration(connection, migrations[static_cast<std::size_t>(each)]);
  }
  if (version == 0) {
    copy_reference(connection, default_currency);
    begin_ids(connection);
  }
  for (int each = version + 1; each <= newest; ++each) {
    run_step(connection, fmt::format("INSERT IGNORE INTO schema_version (version, applied_at) "
                                     "VALUES ({}, CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED))",
                                     each));
  }
}

}  // namespace

void migrate(Connection& connection, Currency default_currency) {
  try {
    bring_up(connection, default_currency);
  } catch (const SqlError& e) {
    if (error::is_unavailable(e.code())) throw StoreUnavailable(e.what());
    throw StoreRejected(fmt::format("the schema cannot be brought up: {}", e.what()));
  } catch (const Disconnected& e) {
    throw StoreUnavailable(e.what());
  }
}

}  // namespace pay::mysql
