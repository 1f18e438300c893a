#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "http/handler.hpp"
#include "http/limits.hpp"
#include "http/tls.hpp"

namespace pay::http {

/// Where a server listens.
struct Listener {
  boost::asio::ip::tcp::endpoint address;
  std::shared_ptr<const Tls> tls{};  ///< nothing: plain HTTP
};

/// Listens already: connections wait for the server that comes later. Whoever tells others where to find it
/// knows the ports before.
class BoundListeners {
 public:
  /// Throws boost::system::system_error.
  BoundListeners(boost::asio::io_context& io, std::span<const Listener> listeners);
  BoundListeners(BoundListeners&&) noexcept;
  BoundListeners& operator=(BoundListeners&&) = delete;
  ~BoundListeners();

  /// The bound address of a listener, in the order given (port 0 was replaced).
  [[nodiscard]] boost::asio::ip::tcp::endpoint local_endpoint(std::size_t listener = 0) const;

 private:
  friend class Server;
  struct Door;
  std::vector<Door> doors_;
};

/// Accepts connections and serves HTTP/1.0 and 1.1 on one io_context that one thread runs.
/// Reads strictly (RFC 9112): what could be understood in two ways is refused with 400 and a close.
class Server {
 public:
  /// Binds and listens at once; connections are accepted from `start`. Throws boost::system::system_error.
  Server(boost::asio::io_context& io, std::span<const Listener> listeners, Handler& handler, Limits limits);
  /// On what is bound already.
  Server(boost::asio::io_context& io, BoundListeners listeners, Handler& handler, Limits limits);
  /// Ends every connection at once. Called on the io_context's thread, or when it runs no more; before the
  /// io_context's own end.
  ~Server();

  void start();
  /// Stops accepting, lets requests in flight finish, closes idle connections at once and every other after
  /// `grace`. The io_context runs out of work when all are gone. From any thread.
  void drain(std::chrono::milliseconds grace);

  /// The bound address of a listener, in the order given (port 0 was replaced).
  [[nodiscard]] boost::asio::ip::tcp::endpoint local_endpoint(std::size_t listener = 0) const;
  /// From any thread.
  [[nodiscard]] std::size_t connection_count() const;

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace pay::http
