#pragma once

#include <openssl/types.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace pay::http {

/// A connection as the peer of a client under test sees it.
class ScriptedPeer {
 public:
  explicit ScriptedPeer(int socket) : socket_(socket) {}

  /// Header and body; empty when the client has closed.
  std::string read_request();
  /// False when the client took no more.
  bool send(std::string_view bytes);
  void answer(std::string_view body);
  /// Waits until the client has closed.
  void wait_for_close();
  /// The close that follows is a reset.
  void reset();
  /// True when the client agreed to this certificate.
  bool shake_hands(SSL_CTX* context);

 private:
  int socket_;
};

/// A server that does to each connection, one after the other, what a test says. On a free port of 127.0.0.1.
class ScriptedServer {
 public:
  /// `script` gets each connection and its number, from 0; the connection is closed behind it.
  using Script = std::function<void(ScriptedPeer& peer, int number)>;

  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url(std::string_view scheme = "http", std::string_view host = "127.0.0.1") const;
  /// Nobody can connect any more.
  void stop_listening();
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void run();

  const Script script_;
  int listener_ = -1;
  unsigned short port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  int current_ = -1;  ///< with the lock
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

/// A port of 127.0.0.1 on which nobody listens.
unsigned short free_port();

}  // namespace pay::http
