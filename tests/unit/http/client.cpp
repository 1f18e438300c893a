#include "unit/http/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <stdexcept>

#include "http/text.hpp"

namespace pay::http {
namespace {

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::optional<std::string> RawAnswer::header(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), name)) continue;
    return std::string(line.substr(colon + 2));
  }
  return std::nullopt;
}

RawClient::RawClient(unsigned short port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("cannot connect");
  }
}

void RawClient::Free::operator()(SSL* ssl) const {
  SSL_free(ssl);
}

RawClient::~RawClient() {
  ::close(socket_);
}

bool RawClient::shake_hands(const ClientTls& options) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  // Old versions need the old rules.
  SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context.get(), options.version != 0 ? options.version : TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), options.version);
  if (!options.ca_file.empty()) {
    SSL_CTX_load_verify_file(context.get(), options.ca_file.c_str());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  std::string offered;
  for (std::string_view rest = options.protocols; !rest.empty();) {
    const auto name = rest.substr(0, rest.find(','));
    offered += static_cast<char>(name.size());
    offered += name;
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  ssl_.reset(SSL_new(context.get()));
  SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                      static_cast<unsigned>(offered.size()));
  SSL_set_fd(ssl_.get(), socket_);
  return SSL_connect(ssl_.get()) == 1;
}

bool RawClient::heard_goodbye() const {
  return ssl_ && (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

long RawClient::write(std::string_view bytes) {
  if (ssl_) return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

long RawClient::read(char* bytes, std::size_t size) {
  if (ssl_) return SSL_read(ssl_.get(), bytes, static_cast<int>(size));
  return ::recv(socket_, bytes, size, 0);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = write(bytes);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t RawClient::send_without_waiting(std::string_view bytes) {
  const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

void RawClient::end_input() {
  if (ssl_) {
    SSL_shutdown(ssl_.get());
    return;
  }
  ::shutdown(socket_, SHUT_WR);
}

bool RawClient::fill() {
  char bytes[16 * 1024];
  const auto size = read(bytes, sizeof bytes);
  if (size > 0) received_.append(bytes, static_cast<std::size_t>(size));
  return size > 0;
}

RawAnswer RawClient::receive(bool with_body) {
  auto end = received_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!fill()) return {};
    end = received_.find("\r\n\r\n");
  }
  RawAnswer answer{.status = 0, .head = received_.substr(0, end + 4), .body = {}};
  received_.erase(0, end + 4);
  answer.status = static_cast<int>(number(std::string_view(answer.head).substr(9, 3)));
  const auto length = number(answer.header("Content-Length").value_or("0"));
  if (!with_body) return answer;
  while (received_.size() < length) {
    if (!fill()) return {};
  }
  answer.body = received_.substr(0, length);
  received_.erase(0, length);
  return answer;
}

std::optional<std::string> RawClient::receive_to_end() {
  while (fill()) {
  }
  char byte = 0;
  if (::recv(socket_, &byte, 1, MSG_PEEK) != 0) return std::nullopt;
  return std::move(received_);
}

bool RawClient::is_closed() {
  return received_.empty() && !fill() && received_.empty() && receive_to_end().has_value();
}

std::string exchange(unsigned short port, std::string_view bytes) {
  RawClient client(port);
  client.send(bytes);
  return client.receive_to_end().value_or("(not closed)");
}

}  // namespace pay::http
