#include "storage/mysql/mysql_store.hpp"

#include <fmt/format.h>

#include "storage/mysql/attempt_store.hpp"
#include "storage/mysql/client_store.hpp"
#include "storage/mysql/errors.hpp"
#include "storage/mysql/migrate.hpp"
#include "storage/mysql/outbox_store.hpp"
#include "storage/mysql/read_store.hpp"
#include "storage/mysql/write_store.hpp"

namespace pay::mysql {
namespace {

class MysqlStore final : public Store {
 public:
  explicit MysqlStore(Options options) : options_(std::move(options)) {}
  std::unique_ptr<WriteStore> open_writer() override { return std::make_unique<MysqlWriteStore>(options_); }
  std::unique_ptr<ReadStore> open_reader() override { return std::make_unique<MysqlReadStore>(options_); }
  std::unique_ptr<OutboxStore> open_outbox() override { return std::make_unique<MysqlOutboxStore>(options_); }
  std::unique_ptr<AttemptStore> open_attempts() override {
    return std::make_unique<MysqlAttemptStore>(options_);
  }
  std::unique_ptr<ClientStore> open_clients() override {
    return std::make_unique<MysqlClientStore>(options_);
  }
  [[nodiscard]] std::string name() const override { return name_of(options_); }

 private:
  const Options options_;
};

/// A copy of a large table may take its time.
Options patient(Options options) {
  options.io_timeout = std::chrono::minutes{30};
  return options;
}

void create_database(Options options) {
  const std::string name = options.database;
  options.database.clear();
  std::string quoted = "`";
  for (const char letter : name) quoted += letter == '`' ? "``" : std::string(1, letter);
  quoted += '`';
  try {
    Connection(options, {})
        .run(fmt::format("CREATE DATABASE IF NOT EXISTS {} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
                         quoted));
  } catch (const SqlError& e) {
    throw StoreRejected(fmt::format("the database {} does not exist on {}, and cannot be made: {}", quoted,
                                    name_of(options), e.what()));
  } catch (const Disconnected& e) {
    throw StoreUnavailable(e.what());
  }
}

void bring_up(const Options& options) {
  Connection connection(options, {});
  try {
    connection.connect();
  } catch (const Refused& e) {
    if (e.code() != error::unknown_database) throw StoreRejected(e.what());
    create_database(options);
  }
  migrate(connection, options.default_currency);
}

}  // namespace

std::unique_ptr<Store> open(Options options) {
  bring_up(patient(options));
  return std::make_unique<MysqlStore>(std::move(options));
}

std::unique_ptr<ReadStore> open_to_read(Options options) {
  auto reader = std::make_unique<MysqlReadStore>(std::move(options));
  try {
    reader->ping();
  } catch (const Refused& e) {
    throw StoreRejected(e.what());
  }
  return reader;
}

}  // namespace pay::mysql
