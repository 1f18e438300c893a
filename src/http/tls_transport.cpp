#include "http/tls_transport.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <new>
#include <tuple>
#include <utility>

namespace pay::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto outcome = asio::as_tuple(asio::deferred);

// Four records: larger answers go on when the socket has taken these and others have had their turn.
constexpr std::size_t write_at_once = 65'536;

/// OpenSSL's own socket BIO would raise SIGPIPE, and go on with a descriptor that is another's by then.
int read_socket(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  error_code error;
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  const auto got = socket.read_some(asio::buffer(data, static_cast<std::size_t>(size)), error);
  if (!error) return static_cast<int>(got);
  if (error == asio::error::would_block) BIO_set_retry_read(bio);
  return error == asio::error::eof ? 0 : -1;
}

int write_socket(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  error_code error;
  auto& socket = *static_cast<Socket*>(BIO_get_data(bio));
  const auto put = socket.write_some(asio::buffer(data, static_cast<std::size_t>(size)), error);
  if (!error) return static_cast<int>(put);
  if (error == asio::error::would_block) BIO_set_retry_write(bio);
  return -1;
}

long control_socket(BIO* /*bio*/, int command, long /*number*/, void* /*argument*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    auto* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    if (made == nullptr) throw std::bad_alloc();
    BIO_meth_set_read(made, read_socket);
    BIO_meth_set_write(made, write_socket);
    BIO_meth_set_ctrl(made, control_socket);
    return made;
  }();
  return method;
}

}  // namespace

void TlsTransport::Free::operator()(SSL* ssl) const {
  SSL_free(ssl);
}

TlsTransport::TlsTransport(Socket socket, const Tls& tls)
    : socket_(std::move(socket)), ssl_(SSL_new(tls.context().get())) {
  auto* const bio = ssl_ ? BIO_new(socket_method()) : nullptr;
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, &socket_);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

TlsTransport::~TlsTransport() {
  close();
}

Task<bool> TlsTransport::shake_hands() {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) co_return true;
    if (failure(result) != asio::error::would_block) co_return false;
    const auto [error] = co_await socket_.async_wait(awaited_, outcome);
    if (error) co_return false;
  }
}

Task<TlsTransport::Outcome> TlsTransport::read_some(std::span<char> space) {
  Outcome read;
  read.size = read_now(space, read.error);
  if (read.error != asio::error::would_block) co_return read;
  const auto [error] = co_await socket_.async_wait(awaited_, outcome);
  if (error) co_return Outcome{.error = error};
  read.size = read_now(space, read.error);
  if (read.error == asio::error::would_block) read.error = {};
  co_return read;
}

std::size_t TlsTransport::read_now(std::span<char> space, error_code& error) {
  std::size_t size = 0;
  ERR_clear_error();
  const int result = SSL_read_ex(ssl_.get(), space.data(), space.size(), &size);
  error = result == 1 ? error_code() : failure(result);
  return size;
}

Task<TlsTransport::Outcome> TlsTransport::write_some(std::string_view text) {
  const auto [error] = co_await socket_.async_wait(Socket::wait_write, outcome);
  if (error) co_return Outcome{.error = error};
  Outcome written;
  written.size = write_now(text, written.error);
  if (written.error == asio::error::would_block) written.error = {};
  co_return written;
}

std::size_t TlsTransport::write_now(std::string_view text, error_code& error) {
  std::size_t sent = 0;
  error = {};
  while (sent < text.size() && sent < write_at_once && !error) {
    std::size_t size = 0;
    ERR_clear_error();
    const int result = SSL_write_ex(ssl_.get(), text.data() + sent, text.size() - sent, &size);
    if (result != 1) error = failure(result);
    sent += size;
  }
  return sent;
}

void TlsTransport::end_output(error_code& error) {
  say_goodbye();
  std::ignore = socket_.shutdown(asio::socket_base::shutdown_send, error);
}

void TlsTransport::close() {
  if (!socket_.is_open()) return;
  say_goodbye();
  error_code ignored;
  std::ignore = socket_.close(ignored);
}

/// What OpenSSL could not do, in Asio's words: `would_block` is the only one that passes.
error_code TlsTransport::failure(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      awaited_ = Socket::wait_read;
      return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      awaited_ = Socket::wait_write;
      return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return asio::error::eof;
    default:
      // A TCP connection that ends without close_notify is here too: anybody can have cut it off.
      failed_ = true;
      ERR_clear_error();
      return asio::error::connection_reset;
  }
}

void TlsTransport::say_goodbye() {
  if (failed_ || SSL_is_init_finished(ssl_.get()) == 0) return;
  if ((SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace pay::http
