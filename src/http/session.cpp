#include "http/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <exception>
#include <tuple>
#include <utility>

#include "base/log.hpp"
#include "http/plain_transport.hpp"
#include "http/response_text.hpp"
#include "http/tls_transport.hpp"

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
std::string peer_address(const Socket& socket) {
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

template <class Transport>
Session<Transport>::Session(Shared& shared, Socket socket, typename Transport::Settings settings)
    : shared_(shared),
      peer_(peer_address(socket)),
      transport_(std::move(socket), settings),
      reader_(shared.limits, shared.ids, peer_) {
  error_code ignored;
  std::ignore = transport_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  std::ignore = transport_.socket().non_blocking(true, ignored);
}

template <class Transport>
Task<void> Session<Transport>::run() {
  if constexpr (greets) {
    if (!co_await greet()) co_return;
  }
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
        if (transport_.write_now(continue_text, error) < continue_text.size()) co_return;
      }
      const auto [error, size] = co_await transport_.read_some(reader_.free_space());
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

/// What comes before the first request. One that drains meanwhile ends: it has asked for nothing yet.
template <class Transport>
Task<bool> Session<Transport>::greet() {
  if constexpr (greets) {
    enter(Phase::greeting, shared_.limits.handshake_time);
    co_return co_await transport_.shake_hands();
  }
  co_return true;
}

template <class Transport>
Task<void> Session<Transport>::turn_away() {
  if constexpr (greets) {
    if (!co_await greet()) co_return;
  }
  reader_.refuse(Fault::too_many);
  co_await refuse(Fault::too_many);
}

template <class Transport>
Task<void> Session<Transport>::refuse(Fault fault) {
  frame(shared_.handler.refuse(fault, reader_.request()), false);
  reader_.abandon();
  if (!flush_now()) co_await flush();
  if (sent_ == out_.size()) co_await linger();
}

template <class Transport>
Response Session<Transport>::broken(std::string_view reason) {
  const auto& request = reader_.request();
  log::error("a handler threw", {{"error", reason}, {"request_id", request.request_id}});
  return shared_.handler.refuse(Fault::broken, request);
}

/// Why a read ended without bytes, and what comes of it.
template <class Transport>
Session<Transport>::Progress Session<Transport>::interrupted(const error_code& error) {
  input_ended_ = true;
  if (error == asio::error::eof) return reader_.input_ended();
  if (error != asio::error::operation_aborted) return Progress::ended;
  input_ended_ = false;
  if (too_slow_) return reader_.refuse(Fault::too_slow);
  if (reader_.has_begun()) return Progress::ended;
  // Draining: a request may have arrived since the reactor last looked. It is still served.
  error_code nothing_there;
  const auto size = transport_.read_now(reader_.free_space(), nothing_there);
  return size > 0 ? reader_.received(size) : Progress::ended;
}

template <class Transport>
void Session<Transport>::frame(const Response& response, bool keep_alive) {
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

/// Most answers fit the socket's buffer: one system call, no wait. False when some of it is left to `flush`.
template <class Transport>
bool Session<Transport>::flush_now() {
  error_code would_block;
  sent_ = transport_.write_now(out_, would_block);
  return sent_ == out_.size();
}

/// Waits until the peer has taken the rest. Nothing is read meanwhile.
template <class Transport>
Task<void> Session<Transport>::flush() {
  enter(Phase::writing, shared_.limits.write_time);
  while (sent_ < out_.size()) {
    const auto [error, size] = co_await transport_.write_some(std::string_view(out_).substr(sent_));
    if (error) co_return;
    sent_ += size;
  }
}

template <class Transport>
Task<void> Session<Transport>::linger() {
  reader_.abandon();
  enter(Phase::lingering, shared_.limits.linger_time);
  error_code failed;
  transport_.end_output(failed);
  for (std::size_t dropped = 0; !failed && !input_ended_ && dropped < linger_bytes;) {
    const auto space = reader_.free_space();
    const auto [error, size] =
        co_await transport_.socket().async_read_some(asio::buffer(space.data(), space.size()), outcome);
    dropped += size;
    failed = error;
  }
}

template <class Transport>
void Session<Transport>::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  too_slow_ = false;
  // `now` may be a tick old: nobody is cut off early.
  deadline_ = shared_.now + limit + shared_.limits.tick;
}

template <class Transport>
void Session<Transport>::check_deadline(Shared::Clock::time_point now) {
  if (now < deadline_) return;
  if (phase_ != Phase::reading) return close();
  too_slow_ = true;
  error_code ignored;
  std::ignore = transport_.socket().cancel(ignored);
}

template <class Transport>
void Session<Transport>::drain() {
  if (phase_ != Phase::idle && phase_ != Phase::greeting) return;
  error_code ignored;
  std::ignore = transport_.socket().cancel(ignored);
}

template <class Transport>
void Session<Transport>::close() {
  transport_.close();
}

template class Session<PlainTransport>;
template class Session<TlsTransport>;

}  // namespace pay::http
