#include "unit/http/test_server.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <stdexcept>

namespace pay::http {
namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>,
                                                boost::asio::io_context::executor_type>;

std::string describe(const Request& request) {
  return std::string(request.method) + " " + request.path + " ?" + std::string(request.query) + " [" +
         std::string(request.body) + "]";
}

struct Refusal {
  int status;
  std::string name;
};

Refusal refusal(Fault fault) {
  switch (fault) {
    case Fault::malformed:
      return {400, "malformed"};
    case Fault::header_too_large:
      return {431, "header_too_large"};
    case Fault::body_too_large:
      return {413, "body_too_large"};
    case Fault::too_slow:
      return {408, "too_slow"};
    case Fault::too_many:
      return {503, "too_many"};
    case Fault::broken:
      return {500, "broken"};
  }
  return {0, ""};
}

}  // namespace

Task<Response> EchoHandler::handle(const Request& request) {
  ++handled;
  Response response{.status = 200, .content_type = "text/plain", .body = describe(request), .headers = {}};
  if (request.path == "/throw") throw std::runtime_error("on purpose");
  if (request.path == "/empty") response.status = 204;
  if (request.path == "/large") response.body.assign(large_bytes, 'x');
  if (request.path == "/location") response.headers.emplace_back("Location", "/x\r\nSet-Cookie: a=b");
  if (request.path == "/slow") {
    Timer timer(io_, std::chrono::milliseconds(200));
    co_await timer.async_wait(use_task);
    response.body = describe(request);
  }
  if (request.path == "/peer") response.body = request.peer;
  co_return response;
}

Response EchoHandler::refuse(Fault fault, const Request& request) {
  auto [status, name] = refusal(fault);
  name += " ";
  name += request.request_id;
  return {.status = status, .content_type = "text/plain", .body = name, .headers = {}};
}

Limits short_waits() {
  Limits limits;
  limits.request_time = limits.write_time = limits.idle_time = std::chrono::milliseconds(200);
  limits.linger_time = std::chrono::milliseconds(200);
  limits.tick = std::chrono::milliseconds(20);
  return limits;
}

Listener on_loopback(std::shared_ptr<const Tls> tls) {
  return {.address = {boost::asio::ip::address_v4::loopback(), 0}, .tls = std::move(tls)};
}

TestServer::TestServer(Limits limits, const std::vector<Listener>& listeners)
    : server_(std::make_unique<Server>(io_, listeners, handler_, limits)) {
  server_->start();
  thread_ = std::thread([this] {
    io_.run();
    finished_ = true;
  });
}

TestServer::~TestServer() {
  server_->drain(std::chrono::milliseconds(0));
  thread_.join();
}

bool TestServer::finishes_within(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!finished_ && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return finished_;
}

}  // namespace pay::http
