#include "storage/sqlite/sqlite_store.hpp"

#include <fmt/format.h>

#include <array>

#include "sqlite_0001_payments.hpp"
#include "sqlite_0002_shop.hpp"
#include "sqlite_0003_providers.hpp"
#include "storage/script.hpp"
#include "storage/sqlite/attempt_store.hpp"
#include "storage/sqlite/checkpointer.hpp"
#include "storage/sqlite/client_store.hpp"
#include "storage/sqlite/file_lock.hpp"
#include "storage/sqlite/outbox_store.hpp"
#include "storage/sqlite/read_store.hpp"
#include "storage/sqlite/write_store.hpp"

namespace pay::sqlite {
namespace {

/// In order; the number of those that a file has seen is its user_version.
constexpr std::array migrations{sqlite_0001_payments, sqlite_0002_shop, sqlite_0003_providers};

void check_version(std::int64_t version) {
  const auto newest = static_cast<std::int64_t>(migrations.size());
  if (version > newest) {
    throw StoreRejected(fmt::format("its schema has version {}, this program knows {}: use a newer program",
                                    version, newest));
  }
}

/// SQLite has no `ADD COLUMN IF NOT EXISTS`.
void run_migration(Connection& connection, std::string_view script) {
  for (const auto& statement : statements_of(script)) {
    try {
      connection.execute(statement.c_str());
    } catch (const StoreRejected& e) {
      const bool done_before = std::string_view(e.what()).find("duplicate column name") != std::string::npos;
      if (!done_before) throw;
    }
  }
}

void migrate(Connection& connection) {
  auto version = connection.query_integer("PRAGMA user_version");
  check_version(version);
  for (; version < static_cast<std::int64_t>(migrations.size()); ++version) {
    connection.execute("BEGIN IMMEDIATE");
    run_migration(connection, migrations.at(static_cast<std::size_t>(version)));
    connection.execute(fmt::format("PRAGMA user_version = {}", version + 1).c_str());
    connection.execute("COMMIT");
  }
}

void check_current(Connection& connection, std::string_view advice) {
  const auto version = connection.query_integer("PRAGMA user_version");
  check_version(version);
  if (version < static_cast<std::int64_t>(migrations.size())) {
    throw StoreRejected(fmt::format("its schema is of an older version; {}", advice));
  }
}

/// The write-ahead log is a property of the file, set once.
void prepare_file(const std::string& path) {
  Connection connection(path, Connection::Mode::create);
  connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  migrate(connection);
}

/// For so long an operator's command, or a process that ends, may hold the lock.
constexpr std::chrono::seconds moment{1};

std::string lock_of(const std::string& path) {
  return path + ".lock";
}

class SqliteStore final : public Store {
 public:
  /// Without a lock: beside a service that has one, or will; checkpoints are that one's.
  SqliteStore(std::string path, std::unique_ptr<FileLock> lock)
      : path_(std::move(path)),
        lock_(std::move(lock)),
        checkpointer_(lock_ ? std::make_unique<Checkpointer>(path_) : nullptr) {}

  std::unique_ptr<WriteStore> open_writer() override {
    return std::make_unique<SqliteWriteStore>(path_, checkpointer_.get());
  }
  std::unique_ptr<ReadStore> open_reader() override {
    return std::make_unique<SqliteReadStore>(Connection(path_, Connection::Mode::read_only));
  }
  std::unique_ptr<OutboxStore> open_outbox() override {
    return std::make_unique<SqliteOutboxStore>(Connection(path_, Connection::Mode::read_only));
  }
  std::unique_ptr<AttemptStore> open_attempts() override {
    return std::make_unique<SqliteAttemptStore>(path_);
  }
  std::unique_ptr<ClientStore> open_clients() override { return std::make_unique<SqliteClientStore>(path_); }
  [[nodiscard]] std::string name() const override { return "sqlite:" + path_; }

 private:
  const std::string path_;
  const std::unique_ptr<FileLock> lock_;
  const std::unique_ptr<Checkpointer> checkpointer_;
};

/// What `act` makes; its errors name the file.
template <class Act>
auto naming(const std::string& path, Act act) {
  try {
    return act();
  } catch (const FileInUse& e) {
    throw FileInUse(fmt::format("{}: {}", path, e.what()));
  } catch (const StoreUnavailable& e) {
    throw StoreUnavailable(fmt::format("{}: {}; check the path given with --database", path, e.what()));
  } catch (const StoreRejected& e) {
    throw StoreRejected(fmt::format("{}: {}", path, e.what()));
  }
}

}  // namespace

std::unique_ptr<Store> open(const Options& options) {
  return naming(options.path, [&] {
    auto lock = std::make_unique<FileLock>(lock_of(options.path), moment);
    prepare_file(options.path);
    return std::make_unique<SqliteStore>(options.path, std::move(lock));
  });
}

std::unique_ptr<Store> open_beside(const Options& options) {
  return naming(options.path, [&] {
    try {
      // Held for a moment only: a service may start while an operator works.
      const FileLock lock(lock_of(options.path));
      prepare_file(options.path);
    } catch (const FileInUse&) {
      Connection connection(options.path, Connection::Mode::read_write);
      check_current(connection, "stop the service that has it open, and start the newer one");
    }
    return std::make_unique<SqliteStore>(options.path, nullptr);
  });
}

std::unique_ptr<ReadStore> open_to_read(const Options& options) {
  return naming(options.path, [&] {
    // Not read-only: after a crash the log must be recovered before the first read.
    Connection connection(options.path, Connection::Mode::read_write);
    check_current(connection, "run `payment-service migrate` first");
    return std::make_unique<SqliteReadStore>(std::move(connection));
  });
}

}  // namespace pay::sqlite
