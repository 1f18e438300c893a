#include "app/open_store.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <thread>

#include "storage/mysql/mysql_store.hpp"

namespace pay::app {
namespace {

using namespace std::chrono_literals;

/// A database that starts beside the service, in containers, takes about so long.
constexpr auto patience = 15s;
constexpr auto pause_between_tries = 500ms;

std::unique_ptr<Store> open_with_patience(const sqlite::Options& options) {
  return sqlite::open(options);
}

std::unique_ptr<Store> open_with_patience(const mysql::Options& options) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (true) {
    try {
      return mysql::open(options);
    } catch (const StoreUnavailable&) {
      if (std::chrono::steady_clock::now() >= give_up) throw;
    }
    std::this_thread::sleep_for(pause_between_tries);
  }
}

std::unique_ptr<Store> open_now_beside(const sqlite::Options& options) {
  return sqlite::open_beside(options);
}
std::unique_ptr<Store> open_now_beside(const mysql::Options& options) {
  return mysql::open(options);
}

std::unique_ptr<ReadStore> open_reader(const sqlite::Options& options) {
  return sqlite::open_to_read(options);
}
std::unique_ptr<ReadStore> open_reader(const mysql::Options& options) {
  return mysql::open_to_read(options);
}

}  // namespace

std::unique_ptr<Store> open_store(const DatabaseOptions& database) {
  return std::visit([](const auto& options) { return open_with_patience(options); }, database);
}

std::unique_ptr<Store> open_beside(const DatabaseOptions& database) {
  return std::visit([](const auto& options) { return open_now_beside(options); }, database);
}

std::unique_ptr<Store> open_existing_beside(const DatabaseOptions& database) {
  const auto* file = std::get_if<sqlite::Options>(&database);
  if (file && !std::filesystem::exists(file->path)) {
    throw std::runtime_error(
        fmt::format("there is no database {}; name the service's with --database", file->path));
  }
  return open_beside(database);
}

std::unique_ptr<ReadStore> open_to_read(const DatabaseOptions& database) {
  return std::visit([](const auto& options) { return open_reader(options); }, database);
}

}  // namespace pay::app
