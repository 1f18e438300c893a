#include "http/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <exception>
#include <tuple>
#include <utility>

#include "base/log.hpp"
#include "http/response_text.hpp"

namespace pay::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// The cheapest way to wait in a Task: no coroutine of its own, no exception.
constexpr auto outcome = asio::as_tuple(asio::deferred);

// After the last answer the peer may still be sending; closing at once would reset the connection and take
// the answer with it (RFC 9112, section 9.6). So its bytes are read and dropped, for a while and up to these.
constexpr std::size_t linger_bytes = 4'194'304;

// What one large answer needed is not kept for the small ones that follow.
constexpr std::size_t kept_answer_capacity = 65'536;

/// Empty when the peer has gone already. A socket for both families says 10.0.0.1 as ::ffff:10.0.0.1.
std::string peer_address(const Session::Socket& socket) {
  error_code gone;
  const auto endpoint = socket.remote_endpoint(gone);
  if (gone) return {};
  const auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

}  // namespace

Session::Session(Shared& shared, Socket socket)
    : shared_(shared),
      socket_(std::move(socket)),
      peer_(peer_address(socket_)),
      reader_(shared.limits, shared.ids, peer_) {
  error_code ignored;
  std::ignore = socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  std::ignore = socket_.non_blocking(true, ignored);
}

Task<void> Session::run() {
  for (;;) {
    enter(Phase::idle, shared_.limits.idle_time);
    auto progress = reader_.next();
    while (progress == Progress::need_more) {
      if (shared_.draining && !reader_.has_begun()) co_return;
      if (phase_ == Phase::idle && reader_.has_begun()) {
        enter(Phase::reading, shared_.limits.request_time);
      }
      if (reader_.takes_continue()) {
        error_code error;
        if (write_now(continue_text, error) < continue_text.size()) co_return;
      }
      const auto space = reader_.free_space();
      const auto [error, size] =
          co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), outcome);
      progress = error ? interrupted(error) : reader_.received(size);
    }
    if (progress == Progress::ended) co_return;
    if (progress == Progress::refused) {
      co_await refuse(reader_.fault());
      co_return;
    }

    phase_ = Phase::handling;
    deadline_ = Shared::Clock::time_point::max();
    Response response;
    bool keep_alive = reader_.keep_alive();
    try {
      response = co_await shared_.handler.handle(reader_.request());
    } catch (const std::exception& error) {
      response = broken(error.what());
      keep_alive = false;
    }
    keep_alive = keep_alive && !shared_.draining;
    frame(response, keep_alive);
    reader_.finish();
    if (!flush_now()) co_await flush();
    if (sent_ < out_.size()) co_return;
    if (out_.capacity() > kept_answer_capacity) std::string().swap(out_);
    if (!keep_alive) {
      co_await linger();
      co_return;
    }
  }
}

Task<void> Session::turn_away() {
  reader_.refuse(Fault::too_many);
  return refuse(Fault::too_many);
}

Task<void> Session::refuse(Fault fault) {
  frame(shared_.handler.refuse(fault, reader_.request()), false);
  reader_.abandon();
  if (!flush_now()) co_await flush();
  if (sent_ == out_.size()) co_await linger();
}

Response Session::broken(std::string_view reason) {
  const auto& request = reader_.request();
  log::error("a handler threw", {{"error", reason}, {"request_id", request.request_id}});
  return shared_.handler.refuse(Fault::broken, request);
}

/// Why a read ended without bytes, and what comes of it.
Session::Progress Session::interrupted(const error_code& error) {
  input_ended_ = true;
  if (error == asio::error::eof) return reader_.input_ended();
  if (error != asio::error::operation_aborted) return Progress::ended;
  input_ended_ = false;
  if (too_slow_) return reader_.refuse(Fault::too_slow);
  if (reader_.has_begun()) return Progress::ended;
  // Draining: a request may have arrived since the reactor last looked. It is still served.
  const auto space = reader_.free_space();
  error_code nothing_there;
  const auto size = socket_.read_some(asio::buffer(space.data(), space.size()), nothing_there);
  return size > 0 ? reader_.received(size) : Progress::ended;
}

void Session::frame(const Response& response, bool keep_alive) {
  out_.clear();
  sent_ = 0;
  const auto& request = reader_.request();
  append_response(out_, response,
                  {.request_id = request.request_id,
                   .date_line = shared_.date_line,
                   .keep_alive = keep_alive,
                   .http11 = reader_.is_http11(),
                   .without_body = request.method == "HEAD"});
}

std::size_t Session::write_now(std::string_view text, error_code& error) {
  return socket_.write_some(asio::buffer(text.data(), text.size()), error);
}

/// Most answers fit the socket's buffer: one system call, no wait. False when some of it is left to `flush`.
bool Session::flush_now() {
  error_code would_block;
  sent_ = write_now(out_, would_block);
  return sent_ == out_.size();
}

/// Waits until the peer has taken the rest. Nothing is read meanwhile.
Task<void> Session::flush() {
  enter(Phase::writing, shared_.limits.write_time);
  while (sent_ < out_.size()) {
    const auto [error, size] =
        co_await socket_.async_write_some(asio::buffer(out_.data() + sent_, out_.size() - sent_), outcome);
    if (error) co_return;
    sent_ += size;
  }
}

Task<void> Session::linger() {
  reader_.abandon();
  enter(Phase::lingering, shared_.limits.linger_time);
  error_code failed;
  std::ignore = socket_.shutdown(asio::socket_base::shutdown_send, failed);
  for (std::size_t dropped = 0; !failed && !input_ended_ && dropped < linger_bytes;) {
    const auto space = reader_.free_space();
    const auto [error, size] =
        co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), outcome);
    dropped += size;
    failed = error;
  }
}

void Session::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  too_slow_ = false;
  // `now` may be a tick old: nobody is cut off early.
  deadline_ = shared_.now + limit + shared_.limits.tick;
}

void Session::check_deadline(Shared::Clock::time_point now) {
  if (now < deadline_) return;
  if (phase_ != Phase::reading) return close();
  too_slow_ = true;
  error_code ignored;
  std::ignore = socket_.cancel(ignored);
}

void Session::drain() {
  if (phase_ != Phase::idle) return;
  error_code ignored;
  std::ignore = socket_.cancel(ignored);
}

void Session::close() {
  error_code ignored;
  std::ignore = socket_.close(ignored);
}

}  // namespace pay::http
