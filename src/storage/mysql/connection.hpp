#pragma once

#include <mysql.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "storage/mysql/options.hpp"
#include "storage/store.hpp"

namespace pay::mysql {

/// The server refused a statement. The connection is as good as before; a transaction may still be open.
class SqlError : public std::runtime_error {
 public:
  SqlError(unsigned code, std::size_t statement, const std::string& message)
      : std::runtime_error(message), code_(code), statement_(statement) {}
  [[nodiscard]] unsigned code() const { return code_; }
  /// Which of the statements sent together, counted from 0. Those before it were executed, those after not.
  [[nodiscard]] std::size_t statement() const { return statement_; }
  /// The server said nothing, it just stopped before that statement.
  [[nodiscard]] bool is_silent() const { return code_ == silent; }
  static constexpr unsigned silent = 0;

 private:
  unsigned code_;
  std::size_t statement_;
};

/// The connection broke after it had been made: what was sent may or may not have been executed.
class Disconnected : public std::runtime_error {
  using runtime_error::runtime_error;
};

/// No host could be reached, because the first that answered does not let us in. `code` says why.
class Refused : public StoreUnavailable {
 public:
  Refused(unsigned code, const std::string& message) : StoreUnavailable(message), code_(code) {}
  [[nodiscard]] unsigned code() const { return code_; }

 private:
  unsigned code_;
};

/// StoreUnavailable in the words of what happened.
[[noreturn]] void give_up(const std::exception& e);

/// Statements separated by `;`, and how many they are.
struct Statements {
  Statements(const char* statements, std::size_t number = 1) : text(statements), count(number) {}
  Statements(const std::string& statements, std::size_t number = 1) : text(statements), count(number) {}
  std::string_view text;
  std::size_t count;
};

/// One row of a result, valid until the next.
class Row {
 public:
  Row(MYSQL_ROW values, const unsigned long* lengths) : values_(values), lengths_(lengths) {}
  [[nodiscard]] bool is_null(int column) const { return values_[column] == nullptr; }
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const {
    return is_null(column) ? std::string_view{} : std::string_view{values_[column], lengths_[column]};
  }
  [[nodiscard]] std::string_view bytes(int column) const { return text(column); }

 private:
  MYSQL_ROW values_;
  const unsigned long* lengths_;
};

/// A connection to the first host that serves, made when it is needed, again after it broke. One thread.
/// Sessions are READ COMMITTED (with MySQL's default, locking an id that is not there yet locks the gap, and
/// inserts deadlock), UTC and strict; on Galera they see every write that was acknowledged on any node.
class Connection {
 public:
  struct Tuning {
    std::chrono::seconds lock_wait{3};
    /// The server ends a session that is silent for longer, and with it a transaction whose client is gone.
    std::chrono::seconds server_patience{8 * 3600};
  };

  /// Connects at the first use. `options` must outlive it.
  Connection(const Options& options, Tuning tuning) : options_(options), tuning_(tuning) {}

  /// What the last statement of a `run` did.
  struct Outcome {
    std::uint64_t affected_rows = 0;
    std::uint64_t insert_id = 0;
  };
  using OnRow = std::function<void(std::size_t statement, const Row& row)>;

  /// Sends statements in one packet and takes in all that they answer. Throws SqlError, Disconnected (it is
  /// dropped already), StoreUnavailable when there is no connection to be had.
  ///
  /// Galera may abort a transaction between two statements of a packet; it then leaves the rest of them out
  /// and reports nothing: the first statement without an answer then has a `silent` error.
  Outcome run(const Statements& statements, const OnRow& on_row = {});

  /// Connects when it is not connected. Throws StoreUnavailable.
  void connect();
  void drop() { handle_.reset(); }
  [[nodiscard]] bool is_connected() const { return handle_ != nullptr; }
  /// A node of a Galera cluster: another node may abort a transaction of ours at any moment.
  [[nodiscard]] bool is_galera() const { return is_galera_; }
  /// Since the last answer.
  [[nodiscard]] std::chrono::steady_clock::duration idle_for() const {
    return std::chrono::steady_clock::now() - last_used_;
  }
  /// The largest packet to send, in bytes.
  [[nodiscard]] std::size_t packet_limit() const { return packet_limit_; }

 private:
  struct Close {
    void operator()(MYSQL* handle) const { mysql_close(handle); }
  };
  using Handle = std::unique_ptr<MYSQL, Close>;

  [[nodiscard]] Handle connect_to(const Host& host) const;
  void set_up_session();
  Outcome execute(const Statements& statements, const OnRow& on_row);
  Outcome take_result(std::size_t statement, const OnRow& on_row);
  [[noreturn]] void fail(std::size_t statement);

  const Options& options_;
  Tuning tuning_;
  Handle handle_;
  std::size_t host_ = 0;  ///< whose turn it is
  std::size_t packet_limit_ = 0;
  bool is_galera_ = false;
  std::chrono::steady_clock::time_point last_used_;
};

/// For messages: `mysql://user@host:3306,host2:3306/name`, never the password.
std::string name_of(const Options& options);

}  // namespace pay::mysql
