#pragma once

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pay::http {

/// A response as it came over the wire.
struct RawAnswer {
  int status = 0;
  std::string head;  ///< status line and headers, with the empty line
  std::string body;

  /// Nothing when absent; compares names in any case.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

/// How a test's client speaks TLS.
struct ClientTls {
  std::string ca_file{};               ///< whom it trusts; empty: anybody
  int version = 0;                     ///< the one that it speaks, such as TLS1_2_VERSION; 0: any
  std::string protocols = "http/1.1";  ///< offered by ALPN, separated by commas
};

/// A bare socket to a server on this machine: a test writes its bytes itself. Every wait ends after five
/// seconds.
class RawClient {
 public:
  explicit RawClient(unsigned short port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// From here on all goes through TLS. False: the handshake failed.
  bool shake_hands(const ClientTls& options = {});
  /// The session, for what only a test of TLS asks; null before the handshake.
  [[nodiscard]] SSL* tls() const { return ssl_.get(); }
  /// The peer has ended TLS in order (close_notify).
  [[nodiscard]] bool heard_goodbye() const;

  /// False when the peer took no more.
  bool send(std::string_view bytes);
  /// Takes what the socket's buffers hold and no more; returns how much that was.
  std::size_t send_without_waiting(std::string_view bytes);
  void end_input();

  /// The next response; status 0 when none came. `with_body` false: an answer to HEAD.
  RawAnswer receive(bool with_body = true);
  /// All until the peer closed; nothing when it did not.
  std::optional<std::string> receive_to_end();
  /// The peer has closed and sent nothing more.
  bool is_closed();

 private:
  struct Free {
    void operator()(SSL* ssl) const;
  };
  bool fill();
  long read(char* bytes, std::size_t size);
  long write(std::string_view bytes);

  int socket_ = -1;
  std::unique_ptr<SSL, Free> ssl_;
  std::string received_;
};

/// Sends and takes everything until the close.
std::string exchange(unsigned short port, std::string_view bytes);

}  // namespace pay::http
