#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/server.hpp"

namespace pay::http {

/// Says what it was asked, so that a test sees how a request was understood.
/// `/peer` says who asked, `/slow` answers after 200 ms, `/large` with 16 MB, `/empty` with 204, `/throw` not
/// at all.
class EchoHandler final : public Handler {
 public:
  static constexpr std::size_t large_bytes = 16 * 1024 * 1024;

  explicit EchoHandler(boost::asio::io_context& io) : io_(io) {}
  Task<Response> handle(const Request& request) override;
  /// The status of the fault, and its name as the body.
  Response refuse(Fault fault, const Request& request) override;

  std::atomic<int> handled{0};

 private:
  boost::asio::io_context& io_;
};

/// Short waits, so that tests of them are short.
Limits short_waits();

/// Listens on a free port of 127.0.0.1.
Listener on_loopback(std::shared_ptr<const Tls> tls = {});

/// A server on a port of its own and the thread that runs it.
class TestServer {
 public:
  explicit TestServer(Limits limits = {}, const std::vector<Listener>& listeners = {on_loopback()});
  ~TestServer();

  [[nodiscard]] unsigned short port(std::size_t listener = 0) const {
    return server_->local_endpoint(listener).port();
  }
  [[nodiscard]] int handled() const { return handler_.handled; }
  Server& server() { return *server_; }
  /// True when the io_context ran out of work in time.
  bool finishes_within(std::chrono::milliseconds time);

 private:
  boost::asio::io_context io_{1};
  EchoHandler handler_{io_};
  std::unique_ptr<Server> server_;
  std::atomic<bool> finished_{false};
  std::thread thread_;
};

/// Waits, at most five seconds, until something holds.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace pay::http
