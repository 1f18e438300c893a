#include "database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <regex>

#include "storage/mysql/connection.hpp"
#include "storage/mysql/mysql_store.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace pay::test {
namespace {

std::string random_name() {
  std::random_device random;
  return fmt::format("pay_test_{:08x}{:08x}", random(), random());
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase() : folder_(std::filesystem::temp_directory_path() / random_name()) {
    std::filesystem::create_directory(folder_);
  }
  ~SqliteDatabase() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Store> open() override { return sqlite::open({.path = folder_ / "payments.db"}); }

 private:
  std::filesystem::path folder_;
};

const char* environment(const std::string& variable) {
  return std::getenv(variable.c_str());  // NOLINT(concurrency-mt-unsafe): nobody sets variables here
}

}  // namespace

std::string to_string(Implementation implementation) {
  switch (implementation) {
    case Implementation::sqlite:
      return "sqlite";
    case Implementation::mariadb:
      return "mariadb";
    case Implementation::mysql:
      return "mysql";
    case Implementation::galera:
      return "galera";
  }
  return {};
}

std::string variable_of(Implementation implementation) {
  auto variable = "PAY_TEST_" + to_string(implementation);
  std::ranges::transform(variable, variable.begin(), [](char letter) {
    return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  });
  return variable;
}

std::optional<mysql::Options> server_of(Implementation implementation) {
  const char* url = environment(variable_of(implementation));
  if (!url || !*url) return std::nullopt;
  static const std::regex shape("mysql://([^:@/]+):([^@/]*)@([^/]+)/.*");
  static const std::regex host("([^:,]+):([0-9]+)");
  std::cmatch match;
  if (!std::regex_match(url, match, shape))
    throw std::runtime_error(variable_of(implementation) + " is no URL");
  const char* ca = environment(variable_of(implementation) + "_CA");
  mysql::Options options{.hosts = {},
                         .user = match[1],
                         .password = match[2],
                         .database = {},
                         .ca_file = ca ? ca : "",
                         .default_currency = *Currency::find("CAD")};
  const std::string hosts = match[3];
  for (std::sregex_iterator each(hosts.begin(), hosts.end(), host), end; each != end; ++each) {
    options.hosts.push_back({.name = (*each)[1], .port = static_cast<std::uint16_t>(std::stoi((*each)[2]))});
  }
  return options;
}

std::unique_ptr<Database> make_database(Implementation implementation) {
  if (implementation == Implementation::sqlite) return std::make_unique<SqliteDatabase>();
  auto server = server_of(implementation);
  if (!server) return nullptr;
  return std::make_unique<MysqlDatabase>(*std::move(server));
}

MysqlDatabase::MysqlDatabase(mysql::Options server) : options_(std::move(server)) {
  const auto name = random_name();
  run("CREATE DATABASE " + name);
  options_.database = name;
}

MysqlDatabase::~MysqlDatabase() {
  try {
    run("DROP DATABASE IF EXISTS " + options_.database);
  } catch (const std::exception& e) {
    ADD_FAILURE() << "the test's database stays: " << e.what();
  }
}

std::unique_ptr<Store> MysqlDatabase::open() {
  return mysql::open(options_);
}

void MysqlDatabase::run(const std::string& statements) const {
  const auto count = 1 + std::ranges::count(statements, ';') - (statements.ends_with(';') ? 1 : 0);
  mysql::Connection(options_, {}).run({statements, static_cast<std::size_t>(count)});
}

std::string MysqlDatabase::ask(const std::string& statement) const {
  std::optional<std::string> answer;
  mysql::Connection(options_, {}).run(statement, [&](std::size_t, const mysql::Row& row) {
    if (!answer) answer = row.text(0);
  });
  return answer.value_or("");
}

void MysqlDatabase::kill_connections() const {
  mysql::Connection connection(options_, {});
  std::vector<std::string> ids;
  connection.run(fmt::format("SELECT id FROM information_schema.processlist "
                             "WHERE db = '{}' AND id <> CONNECTION_ID()",
                             options_.database),
                 [&](std::size_t, const mysql::Row& row) { ids.emplace_back(row.text(0)); });
  for (const auto& id : ids) {
    try {
      connection.run("KILL " + id);
    } catch (const mysql::SqlError&) {
      continue;  // it ended by itself in between
    }
  }
}

void StoreContract::SetUp() {
  database_ = make_database(GetParam());
  if (!database_)
    GTEST_SKIP() << variable_of(GetParam()) << " is not set: tests/support/databases.py sets it";
  store_ = database_->open();
  writer_ = store_->open_writer();
  reader_ = store_->open_reader();
}

void StoreContract::restart() {
  writer_->close();
  reader_.reset();
  writer_.reset();
  store_.reset();
  store_ = database_->open();
  writer_ = store_->open_writer();
  reader_ = store_->open_reader();
}

void MysqlContract::SetUp() {
  auto server = server_of(GetParam());
  if (!server) GTEST_SKIP() << variable_of(GetParam()) << " is not set: tests/support/databases.py sets it";
  database_ = std::make_unique<MysqlDatabase>(*std::move(server));
}

namespace {

INSTANTIATE_TEST_SUITE_P(On, StoreContract,
                         testing::Values(Implementation::sqlite, Implementation::mariadb,
                                         Implementation::mysql, Implementation::galera),
                         name_of_run);
INSTANTIATE_TEST_SUITE_P(On, MysqlContract, every_server, name_of_run);

}  // namespace
}  // namespace pay::test
