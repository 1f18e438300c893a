#include "storage/mysql/step.hpp"

#include "storage/mysql/errors.hpp"

namespace pay::mysql {
namespace {

/// Each holds the others up for one short statement.
constexpr int tries = 100;

}  // namespace

void run_step(Connection& connection, const Statements& statements,
              const std::function<void(const Row&)>& on_row) {
  for (int attempt = 1;; ++attempt) {
    try {
      connection.run(statements, [&](std::size_t, const Row& row) {
        if (on_row) on_row(row);
      });
      return;
    } catch (const SqlError& e) {
      if (!error::is_conflict(e.code()) || attempt == tries) throw;
      connection.run("ROLLBACK");
    }
  }
}

}  // namespace pay::mysql
