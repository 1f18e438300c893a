#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <memory>

#include "http/handler.hpp"

namespace pay::http {

/// Every wait and every size has an end.
struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 64 * 1024;
  std::size_t connections = 10'000;
  std::chrono::seconds request_time{30};    ///< from a request's first byte to its last
  std::chrono::seconds write_time{30};      ///< for a peer to take what it asked for
  std::chrono::seconds idle_time{15 * 60};  ///< between requests: gateways keep connections for long
};

/// Accepts connections and serves HTTP/1.0 and 1.1 on one io_context that one thread runs.
/// Reads strictly (RFC 9112): what could be understood in two ways is refused with 400 and a close.
class Server {
 public:
  /// Binds and listens at once; connections are accepted from `start`. Throws boost::system::system_error.
  Server(boost::asio::io_context& io, boost::asio::ip::tcp::endpoint listen, Handler& handler, Limits limits);
  ~Server();

  void start();
  /// Stops accepting, lets requests in flight finish, closes idle connections at once and every other after
  /// `grace`. The io_context runs out of work when all are gone.
  void drain(std::chrono::milliseconds grace);

  /// The bound address (port 0 was replaced).
  [[nodiscard]] boost::asio::ip::tcp::endpoint local_endpoint() const;
  [[nodiscard]] std::size_t connection_count() const;

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace pay::http
