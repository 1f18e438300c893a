#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "storage/mysql/options.hpp"
#include "storage/store.hpp"

namespace pay::test {

/// On what the suite runs. Servers come from the environment: PAY_TEST_MARIADB, PAY_TEST_MYSQL and
/// PAY_TEST_GALERA hold `mysql://user:password@host:port[,host:port…]/…`, as tests/support/databases.py
/// exports them.
enum class Implementation : std::uint8_t { sqlite, mariadb, mysql, galera };
std::string to_string(Implementation implementation);

/// An empty database of its own, removed at the end.
class Database {
 public:
  virtual ~Database() = default;
  /// As a program does at its start. On SQLite one store at a time.
  virtual std::unique_ptr<Store> open() = 0;
};

class MysqlDatabase final : public Database {
 public:
  explicit MysqlDatabase(mysql::Options server);
  ~MysqlDatabase() override;
  std::unique_ptr<Store> open() override;

  [[nodiscard]] const mysql::Options& options() const { return options_; }
  /// Statements by another connection, for which the database exists.
  void run(const std::string& statements) const;
  /// The first column of the first row, empty when there is none.
  [[nodiscard]] std::string ask(const std::string& statement) const;
  /// Cuts every connection to this database but the one that does so.
  void kill_connections() const;

 private:
  mysql::Options options_;
};

/// Where the server is; nothing when its variable is not set.
std::optional<mysql::Options> server_of(Implementation implementation);
/// Nothing when the implementation needs a server that is not there.
std::unique_ptr<Database> make_database(Implementation implementation);
std::string variable_of(Implementation implementation);

/// The suite that every store passes.
class StoreContract : public testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override;
  /// Closes everything cleanly and begins anew, as a restart does.
  void restart();

  std::unique_ptr<Database> database_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<WriteStore> writer_;
  std::unique_ptr<ReadStore> reader_;
};

/// What only stores with several writers have. Nothing is opened yet.
class MysqlContract : public testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override;
  std::unique_ptr<MysqlDatabase> database_;
};

inline const auto every_store = testing::Values(Implementation::sqlite, Implementation::mariadb,
                                                Implementation::mysql, Implementation::galera);
inline const auto every_server =
    testing::Values(Implementation::mariadb, Implementation::mysql, Implementation::galera);

inline std::string name_of_run(const testing::TestParamInfo<Implementation>& run) {
  return to_string(run.param);
}

}  // namespace pay::test
