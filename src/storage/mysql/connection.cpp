#include "storage/mysql/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <mutex>

#include "storage/mysql/errors.hpp"

namespace pay::mysql {
namespace {

/// Above this a statement list is sent in several packets: well below every server's default limit.
constexpr std::size_t largest_packet = std::size_t{4} * 1024 * 1024;

void set(MYSQL* handle, mysql_option option, const void* value) {
  mysql_options(handle, option, value);
}

void set_tls(MYSQL* handle, const Options& options) {
  const my_bool enforce = options.tls != Tls::off ? 1 : 0;
  const my_bool verify = options.tls == Tls::verify ? 1 : 0;
  set(handle, MYSQL_OPT_SSL_ENFORCE, &enforce);
  set(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
  if (options.tls != Tls::off && !options.ca_file.empty())
    set(handle, MYSQL_OPT_SSL_CA, options.ca_file.c_str());
}

struct FreeResult {
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};

}  // namespace

void give_up(const std::exception& e) {
  throw StoreUnavailable(e.what());
}

std::int64_t Row::integer(int column) const {
  const auto digits = text(column);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    throw StoreUnavailable(fmt::format("a column that holds an integer says '{}'", digits.substr(0, 32)));
  }
  return value;
}

void Connection::connect() {
  if (handle_) return;
  std::exception_ptr refusal;
  std::string reason = "no host is configured";
  for (std::size_t tried = 0; tried < options_.hosts.size(); ++tried) {
    const auto& host = options_.hosts[host_];
    host_ = (host_ + 1) % options_.hosts.size();
    try {
      handle_ = connect_to(host);
      set_up_session();
      return;
    } catch (const Refused&) {
      refusal = std::current_exception();
    } catch (const std::runtime_error& e) {
      reason = fmt::format("{}:{}: {}", host.name, host.port, e.what());
    }
    handle_.reset();
  }
  if (refusal) std::rethrow_exception(refusal);
  throw StoreUnavailable(fmt::format("{} cannot be reached: {}", name_of(options_), reason));
}

Connection::Handle Connection::connect_to(const Host& host) const {
  static std::once_flag initialized;
  std::call_once(initialized, [] { mysql_library_init(0, nullptr, nullptr); });

  Handle handle(mysql_init(nullptr));
  if (!handle) throw std::bad_alloc();
  const auto connect_timeout = static_cast<unsigned>(options_.connect_timeout.count());
  const auto io_timeout = static_cast<unsigned>(options_.io_timeout.count());
  const unsigned protocol = MYSQL_PROTOCOL_TCP;  // or `localhost` would mean a socket file
  set(handle.get(), MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout);
  set(handle.get(), MYSQL_OPT_READ_TIMEOUT, &io_timeout);
  set(handle.get(), MYSQL_OPT_WRITE_TIMEOUT, &io_timeout);
  set(handle.get(), MYSQL_OPT_PROTOCOL, &protocol);
  set(handle.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
  set_tls(handle.get(), options_);
  const char* database = options_.database.empty() ? nullptr : options_.database.c_str();
  if (!mysql_real_connect(handle.get(), host.name.c_str(), options_.user.c_str(), options_.password.c_str(),
                          database, host.port, nullptr, CLIENT_MULTI_STATEMENTS)) {
    const unsigned code = mysql_errno(handle.get());
    const std::string text = mysql_error(handle.get());
    if (error::is_one_of(code, {error::access_denied, error::access_denied_no_password,
                                error::unknown_database, error::database_access_denied})) {
      throw Refused(code, fmt::format("{}: {}", name_of(options_), text));
    }
    throw std::runtime_error(text);
  }
  return handle;
}

void Connection::set_up_session() {
  std::size_t accepted = largest_packet;
  is_galera_ = false;
  const auto settings = fmt::format(
      "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; "
      "SET SESSION time_zone = '+00:00', autocommit = 1, "
      "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', "
      "innodb_lock_wait_timeout = {}, wait_timeout = {}; "
      "SHOW SESSION VARIABLES WHERE Variable_name IN ('max_allowed_packet', 'wsrep_on')",
      tuning_.lock_wait.count(), tuning_.server_patience.count());
  execute({settings, 3}, [&](std::size_t, const Row& row) {
    if (row.text(0) == "wsrep_on") is_galera_ = row.text(1) == "ON";
    if (row.text(0) == "max_allowed_packet") accepted = static_cast<std::size_t>(row.integer(1));
  });
  packet_limit_ = std::min(largest_packet, accepted / 2);
  if (!is_galera_) return;
  // Left alone, Galera tries a statement again, as one that commits by itself, after it has aborted the
  // transaction around it.
  execute({"SET SESSION wsrep_sync_wait = 1, wsrep_retry_autocommit = 0; SHOW STATUS LIKE 'wsrep_ready'", 2},
          [](std::size_t, const Row& row) {
            if (row.text(1) != "ON") throw std::runtime_error("the node is not part of its cluster now");
          });
}

Connection::Outcome Connection::run(const Statements& statements, const OnRow& on_row) {
  connect();
  return execute(statements, on_row);
}

Connection::Outcome Connection::execute(const Statements& statements, const OnRow& on_row) {
  try {
    if (mysql_real_query(handle_.get(), statements.text.data(), statements.text.size()) != 0) fail(0);
    for (std::size_t statement = 0;; ++statement) {
      const auto outcome = take_result(statement, on_row);
      last_used_ = std::chrono::steady_clock::now();
      const int next = mysql_next_result(handle_.get());
      if (next > 0) fail(statement + 1);
      if (next == 0) continue;
      if (statement + 1 == statements.count) return outcome;
      if (statement + 1 > statements.count)
        throw std::logic_error("more statements were sent than announced");
      throw SqlError(SqlError::silent, statement + 1, "the server stopped between two statements");
    }
  } catch (const SqlError&) {
    throw;  // the server has stopped there and listens again
  } catch (...) {
    handle_.reset();
    throw;
  }
}

Connection::Outcome Connection::take_result(std::size_t statement, const OnRow& on_row) {
  if (mysql_field_count(handle_.get()) == 0) {
    return {.affected_rows = mysql_affected_rows(handle_.get()), .insert_id = mysql_insert_id(handle_.get())};
  }
  const std::unique_ptr<MYSQL_RES, FreeResult> result(mysql_use_result(handle_.get()));
  if (!result) fail(statement);
  while (const MYSQL_ROW values = mysql_fetch_row(result.get())) {
    if (on_row) on_row(statement, Row(values, mysql_fetch_lengths(result.get())));
  }
  if (mysql_errno(handle_.get()) != 0) fail(statement);
  return {};
}

void Connection::fail(std::size_t statement) {
  const unsigned code = mysql_errno(handle_.get());
  const std::string text = fmt::format("{} ({})", mysql_error(handle_.get()), code);
  if (!error::is_disconnect(code)) throw SqlError(code, statement, text);
  throw Disconnected(text);
}

std::string name_of(const Options& options) {
  std::string hosts;
  for (const auto& host : options.hosts) {
    hosts += fmt::format("{}{}:{}", hosts.empty() ? "" : ",", host.name, host.port);
  }
  return fmt::format("mysql://{}@{}/{}", options.user, hosts, options.database);
}

}  // namespace pay::mysql
