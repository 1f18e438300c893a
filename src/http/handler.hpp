#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/message.hpp"

namespace pay::http {

/// A coroutine on an io_context. The concrete executor spares the type-erased one's cost at every suspension.
template <class T>
using Task = boost::asio::awaitable<T, boost::asio::io_context::executor_type>;

/// The completion token to wait for an asynchronous operation in a Task: `co_await operation(…, use_task)`.
inline constexpr boost::asio::use_awaitable_t<boost::asio::io_context::executor_type> use_task;

/// What a server serves. One thread: the server's.
class Handler {
 public:
  virtual ~Handler() = default;
  /// Answers one request. `request` lives until the answer is made; may suspend. An exception becomes
  /// `refuse(Fault::broken)`.
  virtual Task<Response> handle(const Request& request) = 0;
  /// Words what a peer is told when its request could not be read. `request` holds what was read of it
  /// (perhaps nothing but a request id).
  virtual Response refuse(Fault fault, const Request& request) = 0;
};

}  // namespace pay::http
