#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "http/connection.hpp"

namespace pay::http {

/// Bytes as they are, on a socket that does not block. Nothing here costs more than the socket itself:
/// `read_some` and `write_some` are its own operations, to be awaited, and bring an error and a size.
class PlainTransport {
 public:
  struct Settings {};

  PlainTransport(Socket socket, Settings) : socket_(std::move(socket)) {}

  auto read_some(std::span<char> space) {
    return socket_.async_read_some(boost::asio::buffer(space.data(), space.size()), outcome);
  }
  /// What is there already.
  std::size_t read_now(std::span<char> space, boost::system::error_code& error) {
    return socket_.read_some(boost::asio::buffer(space.data(), space.size()), error);
  }
  auto write_some(std::string_view text) {
    return socket_.async_write_some(boost::asio::buffer(text.data(), text.size()), outcome);
  }
  /// As much as goes without waiting.
  std::size_t write_now(std::string_view text, boost::system::error_code& error) {
    return socket_.write_some(boost::asio::buffer(text.data(), text.size()), error);
  }
  /// Tells the peer that nothing more will come.
  void end_output(boost::system::error_code& error) {
    std::ignore = socket_.shutdown(boost::asio::socket_base::shutdown_send, error);
  }
  void close() {
    boost::system::error_code ignored;
    std::ignore = socket_.close(ignored);
  }
  Socket& socket() { return socket_; }

 private:
  // The cheapest way to wait in a Task: no coroutine of its own, no exception.
  static constexpr auto outcome = boost::asio::as_tuple(boost::asio::deferred);

  Socket socket_;
};

}  // namespace pay::http
