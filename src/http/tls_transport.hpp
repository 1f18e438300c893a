#pragma once

#include <openssl/types.h>

#include <memory>
#include <span>
#include <string_view>

#include "http/connection.hpp"
#include "http/tls.hpp"

namespace pay::http {

/// Bytes through TLS, on a socket that does not block. OpenSSL reads and writes the socket itself and is
/// asked again when the socket is ready: no second pair of buffers, and what the client sent is decrypted and
/// copied once, into the space of the caller. OpenSSL's own copy is overwritten then
/// (SSL_OP_CLEANSE_PLAINTEXT), and its buffers are given back between requests.
class TlsTransport {
 public:
  using Settings = const Tls&;
  struct Outcome {
    boost::system::error_code error;
    std::size_t size = 0;
  };

  /// Throws std::bad_alloc. The certificate is the one that `tls` has now.
  TlsTransport(Socket socket, const Tls& tls);
  ~TlsTransport();
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;

  /// Comes before everything else. False: there is no connection, and the peer was told why.
  Task<bool> shake_hands();

  /// Waits once. No error and no bytes: what came was no whole record yet.
  Task<Outcome> read_some(std::span<char> space);
  std::size_t read_now(std::span<char> space, boost::system::error_code& error);
  /// Waits until the peer takes something, and writes what it takes.
  Task<Outcome> write_some(std::string_view text);
  /// As much as goes without waiting, and not so much that others would wait.
  std::size_t write_now(std::string_view text, boost::system::error_code& error);
  /// Says goodbye (close_notify) as far as that goes without waiting.
  void end_output(boost::system::error_code& error);
  void close();
  Socket& socket() { return socket_; }

 private:
  struct Free {
    void operator()(SSL* ssl) const;
  };

  boost::system::error_code failure(int result);
  void say_goodbye();

  Socket socket_;
  std::unique_ptr<SSL, Free> ssl_;
  Socket::wait_type awaited_ = Socket::wait_read;  ///< what the socket must be ready for to go on
  bool failed_ = false;                            ///< OpenSSL must not be asked again
};

}  // namespace pay::http
