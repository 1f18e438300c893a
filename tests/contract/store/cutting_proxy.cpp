#include "cutting_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pay::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto address = loopback(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    return -1;
  }
  return socket;
}

bool is_readable(int socket, int timeout_ms) {
  pollfd wait{.fd = socket, .events = POLLIN, .revents = 0};
  return ::poll(&wait, 1, timeout_ms) > 0;
}

std::string read_some(int socket) {
  std::array<char, 65536> buffer;  // NOLINT: filled by recv
  const auto size = ::recv(socket, buffer.data(), buffer.size(), 0);
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string{};
}

bool write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace

CuttingProxy::CuttingProxy(mysql::Host server) : server_(std::move(server)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  auto address = loopback(0);
  socklen_t length = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_connections(); });
}

CuttingProxy::~CuttingProxy() {
  stopping_ = true;
  acceptor_.join();
  connections_.clear();
  ::close(listener_);
  if (held_server_ >= 0) ::close(held_server_);
}

void CuttingProxy::accept_connections() {
  while (!stopping_) {
    if (!is_readable(listener_, 20)) continue;
    const int client = ::accept(listener_, nullptr, nullptr);
    const int server = mode_ == Mode::refuse ? -1 : connect_to(server_.port);
    if (server < 0) {
      ::close(client);
      continue;
    }
    connections_.emplace_back([this, client, server] { forward(client, server); });
  }
}

void CuttingProxy::forward(int client, int server) {
  bool is_held = false;
  while (!stopping_ && mode_ != Mode::refuse) {
    std::array<pollfd, 2> wait = {pollfd{.fd = client, .events = POLLIN, .revents = 0},
                                  pollfd{.fd = server, .events = POLLIN, .revents = 0}};
    if (::poll(wait.data(), wait.size(), 20) <= 0) continue;
    if (wait[1].revents != 0) {
      const auto answer = read_some(server);
      if (answer.empty() || !write_all(client, answer)) break;
    }
    if (wait[0].revents != 0) {
      const auto packet = read_some(client);
      if (packet.empty()) break;
      if (!pass_on(server, packet)) {
        const std::lock_guard lock(mutex_);
        is_held = held_server_ == server;
        break;
      }
    }
  }
  ::close(client);
  if (!is_held) ::close(server);
}

bool CuttingProxy::pass_on(int server, std::string_view packet) {
  const auto mode = packet.find("COMMIT") == std::string_view::npos ? Mode::pass : mode_.exchange(Mode::pass);
  switch (mode) {
    case Mode::pass:
    case Mode::refuse:
      return write_all(server, packet);
    case Mode::cut_before_commit:
      return false;
    case Mode::cut_after_commit:
      write_all(server, packet);
      is_readable(server, 10'000);  // the server is through with it
      return false;
    case Mode::hold_commit: {
      const std::lock_guard lock(mutex_);
      held_ = packet;
      held_server_ = server;
      changed_.notify_all();
      return false;
    }
  }
  return false;
}

std::string CuttingProxy::release() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return held_server_ >= 0; });
  write_all(held_server_, held_);
  std::string answer;
  for (int patience_ms = 10'000; is_readable(held_server_, patience_ms); patience_ms = 200) {
    const auto more = read_some(held_server_);
    if (more.empty()) break;
    answer += more;
  }
  ::close(held_server_);
  held_server_ = -1;
  return answer;
}

}  // namespace pay::test
