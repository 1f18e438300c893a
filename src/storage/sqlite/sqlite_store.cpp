#include "storage/sqlite/sqlite_store.hpp"

#include <fmt/format.h>

#include <array>

#include "sqlite_0001_payments.hpp"
#include "storage/sqlite/checkpointer.hpp"
#include "storage/sqlite/file_lock.hpp"
#include "storage/sqlite/read_store.hpp"
#include "storage/sqlite/write_store.hpp"

namespace pay::sqlite {
namespace {

/// In order; the number of those that a file has seen is its user_version.
constexpr std::array migrations{sqlite_0001_payments};

void check_version(std::int64_t version) {
  const auto newest = static_cast<std::int64_t>(migrations.size());
  if (version > newest) {
    throw StoreRejected(fmt::format("its schema has version {}, this program knows {}: use a newer program",
                                    version, newest));
  }
}

void migrate(Connection& connection) {
  auto version = connection.query_integer("PRAGMA user_version");
  check_version(version);
  for (; version < static_cast<std::int64_t>(migrations.size()); ++version) {
    connection.execute("BEGIN IMMEDIATE");
    connection.execute(std::string(migrations.at(static_cast<std::size_t>(version))).c_str());
    connection.execute(fmt::format("PRAGMA user_version = {}", version + 1).c_str());
    connection.execute("COMMIT");
  }
}

/// The write-ahead log is a property of the file, set once.
std::string prepare_file(std::string path) {
  Connection connection(path, Connection::Mode::create);
  connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  migrate(connection);
  return path;
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(const std::string& path)
      : lock_(path + ".lock"), path_(prepare_file(path)), checkpointer_(path) {}

  std::unique_ptr<WriteStore> open_writer() override {
    return std::make_unique<SqliteWriteStore>(path_, checkpointer_);
  }
  std::unique_ptr<ReadStore> open_reader() override {
    return std::make_unique<SqliteReadStore>(Connection(path_, Connection::Mode::read_only));
  }
  [[nodiscard]] std::string name() const override { return "sqlite:" + path_; }

 private:
  FileLock lock_;
  std::string path_;
  Checkpointer checkpointer_;
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
  return naming(options.path, [&] { return std::make_unique<SqliteStore>(options.path); });
}

std::unique_ptr<ReadStore> open_to_read(const Options& options) {
  return naming(options.path, [&] {
    // Not read-only: after a crash the log must be recovered before the first read.
    Connection connection(options.path, Connection::Mode::read_write);
    const auto version = connection.query_integer("PRAGMA user_version");
    check_version(version);
    if (version < static_cast<std::int64_t>(migrations.size())) {
      throw StoreRejected("its schema is of an older version; run `payment-service migrate` first");
    }
    return std::make_unique<SqliteReadStore>(std::move(connection));
  });
}

}  // namespace pay::sqlite
