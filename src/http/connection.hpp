#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <string>

#include "http/handler.hpp"
#include "http/limits.hpp"
#include "http/request_ids.hpp"

namespace pay::http {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// What all connections of a server share. The server keeps the times fresh.
struct Shared {
  using Clock = std::chrono::steady_clock;

  Handler& handler;
  const Limits limits;
  RequestIds ids{};
  Clock::time_point now = Clock::now();  ///< at most a tick old
  std::string date_line{};
  bool draining = false;
};

/// A connection as its server sees it, whatever carries its bytes. Every function is called on the server's
/// thread.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Ends what has taken too long.
  virtual void check_deadline(Shared::Clock::time_point now) = 0;
  /// Idle: ends at once. Otherwise the answer that is due is the last.
  virtual void drain() = 0;
  /// Ends the connection where it stands.
  virtual void close() = 0;
};

}  // namespace pay::http
