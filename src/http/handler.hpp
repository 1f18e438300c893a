#pragma once

#include <boost/asio/awaitable.hpp>

#include "http/message.hpp"

namespace pay::http {

/// What a server serves. One thread: the server's.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Answers one request. `request` lives until the answer is made; may suspend. An exception becomes
  /// `refuse(Fault::broken)`.
  virtual boost::asio::awaitable<Response> handle(const Request& request) = 0;
  /// Words what a peer is told when its request could not be read. `request` holds what was read of it
  /// (perhaps nothing but a request id).
  virtual Response refuse(Fault fault, const Request& request) = 0;
};

}  // namespace pay::http
