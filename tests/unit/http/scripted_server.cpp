#include "unit/http/scripted_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <utility>

namespace pay::http {
namespace {

std::pair<int, unsigned short> bind_somewhere() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no port is free");
  }
  return {socket, ntohs(address.sin_port)};
}

std::size_t body_size(std::string_view head) {
  constexpr std::string_view name = "Content-Length: ";
  const auto at = head.find(name);
  std::size_t size = 0;
  if (at != std::string_view::npos) {
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), size);
  }
  return size;
}

}  // namespace

std::string ScriptedPeer::read_request() {
  std::string request;
  for (;;) {
    const auto head_end = request.find("\r\n\r\n");
    if (head_end != std::string::npos &&
        request.size() >= head_end + 4 + body_size(std::string_view(request).substr(0, head_end))) {
      return request;
    }
    char bytes[4096];
    const auto size = ::recv(socket_, bytes, sizeof bytes, 0);
    if (size <= 0) return {};
    request.append(bytes, static_cast<std::size_t>(size));
  }
}

bool ScriptedPeer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void ScriptedPeer::answer(std::string_view body) {
  send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
}

void ScriptedPeer::wait_for_close() {
  char bytes[4096];
  while (::recv(socket_, bytes, sizeof bytes, 0) > 0) {
  }
}

void ScriptedPeer::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool ScriptedPeer::shake_hands(SSL_CTX* context) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::unique_ptr<SSL, decltype([](SSL* ssl) { SSL_free(ssl); })> ssl(SSL_new(context));
  SSL_set_fd(ssl.get(), socket_);
  if (SSL_accept(ssl.get()) != 1) return false;
  char byte = 0;
  return SSL_read(ssl.get(), &byte, 1) == 1;
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
  std::tie(listener_, port_) = bind_somewhere();
  ::listen(listener_, 64);
  thread_ = std::thread([this] { run(); });
}

ScriptedServer::~ScriptedServer() {
  stop_listening();
  {
    const std::lock_guard lock(mutex_);
    if (current_ >= 0) ::shutdown(current_, SHUT_RDWR);
  }
  thread_.join();
  ::close(listener_);
}

std::string ScriptedServer::url(std::string_view scheme, std::string_view host) const {
  return fmt::format("{}://{}:{}/orders", scheme, host, port_);
}

void ScriptedServer::stop_listening() {
  stopped_ = true;
  ::shutdown(listener_, SHUT_RDWR);
}

void ScriptedServer::run() {
  while (!stopped_) {
    const int accepted = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0) return;
    {
      const std::lock_guard lock(mutex_);
      current_ = accepted;
    }
    ScriptedPeer peer(accepted);
    script_(peer, connections_++);
    const std::lock_guard lock(mutex_);
    current_ = -1;
    ::close(accepted);
  }
}

unsigned short free_port() {
  const auto [socket, port] = bind_somewhere();
  ::close(socket);
  return port;
}

}  // namespace pay::http
