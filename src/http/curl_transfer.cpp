#include "http/curl_transfer.hpp"

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace pay::http {
namespace {

// So long an address is believed, and a connection that nobody uses: a receiver that comes back at another
// address is found again, and one whose host went without a word is not written to.
constexpr long trusted_seconds = 5;

// What looking up a name takes: libcurl's pair, the file of hosts, a socket to the name server.
constexpr int resolver_descriptors = 4;

// More than any server says that has something to say.
constexpr std::size_t header_limit = 65'536;

bool descriptors_ran_out(int error) {
  return error == EMFILE || error == ENFILE;
}

/// A resolver does not say that it could open nothing.
bool resolver_lacks_descriptors() {
  std::array<int, resolver_descriptors> made{};
  std::ranges::generate(made, [] { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); });
  const bool lacks = made.back() < 0 && descriptors_ran_out(errno);
  for (const int one : made) {
    if (one >= 0) ::close(one);
  }
  return lacks;
}

}  // namespace

CurlTransfer::CurlTransfer(const Settings& settings) : settings_(settings), easy_(curl_easy_init()) {
  if (!easy_) throw std::bad_alloc();
  set_constants();
}

void CurlTransfer::begin(Client::Call call) {
  call_ = std::move(call);
  answer_.clear();
  header_bytes_ = 0;
  header_ended_ = false;
  lacked_descriptor_ = false;
  was_sent_twice_ = false;
  set_request();
}

CallOutcome CurlTransfer::outcome(CURLcode result) {
  if (result != CURLE_OK) return std::unexpected(failure(result));
  // libcurl takes a header that was cut off for a whole one.
  if (!header_ended_) return std::unexpected(CallFailure::broken);
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  return Answer{.status = static_cast<int>(status),
                .body = std::exchange(answer_, {}),
                .was_sent_twice = was_sent_twice_};
}

Client::Done CurlTransfer::end() {
  wipe(call_.request);
  call_.request = {};
  return std::exchange(call_.done, nullptr);
}

void CurlTransfer::set_constants() {
  auto* const easy = handle();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A name server that hangs must hold up its own calls only: nobody waits for its thread.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, trusted_seconds);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, trusted_seconds);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, settings_.verify_peer ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, settings_.verify_peer ? 2L : 0L);
  // Reading the system's certificates for each connection would cost milliseconds: all share one store.
  curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, &settings_);
}

void CurlTransfer::set_request() {
  auto* const easy = handle();
  const auto& request = call_.request;
  const std::string method(request.method);
  // Without an empty `Expect`, a large body would wait for a `100 Continue` that few servers send.
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  if (request.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    if (method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    list = curl_slist_append(list, ("Content-Type: " + std::string(request.content_type)).c_str());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  for (const auto& header : request.headers) list = curl_slist_append(list, header.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
  headers_.reset(list);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request.fresh_connection ? 1L : 0L);
  // Zero would be no limit at all.
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max(request.timeout.count(), 1L)));
}

CallFailure CurlTransfer::failure(CURLcode result) const {
  if (result == CURLE_URL_MALFORMAT) return CallFailure::bad_url;
  // An answer that is no HTTP counts as another protocol too.
  if (result == CURLE_UNSUPPORTED_PROTOCOL) return unless_sent(CallFailure::bad_url);
  if (result == CURLE_COULDNT_RESOLVE_HOST)
    return unless_sent(resolver_lacks_descriptors() ? CallFailure::not_sent : CallFailure::unresolved);
  if (result == CURLE_COULDNT_CONNECT)
    return unless_sent(lacked_descriptor_ ? CallFailure::not_sent : CallFailure::refused);
  if (result == CURLE_PEER_FAILED_VERIFICATION) return unless_sent(CallFailure::untrusted);
  if (result == CURLE_OPERATION_TIMEDOUT)
    return was_sent() ? CallFailure::timed_out : CallFailure::unreachable;
  if (result == CURLE_SSL_CONNECT_ERROR) return unless_sent(CallFailure::unreachable);
  if (result == CURLE_WRITE_ERROR) return CallFailure::too_large;
  return CallFailure::broken;
}

/// A request that was sent on a connection which the peer had just closed is sent again on a fresh one. If
/// that fails, nobody knows what became of the first.
CallFailure CurlTransfer::unless_sent(CallFailure failure) const {
  return was_sent() ? CallFailure::broken : failure;
}

/// Any byte of it, on any connection.
bool CurlTransfer::was_sent() const {
  long sent = 0;
  curl_easy_getinfo(handle(), CURLINFO_REQUEST_SIZE, &sent);
  return sent > 0;
}

/// Called with each line, those of `100 Continue` and its kind included.
std::size_t CurlTransfer::on_header(const char* bytes, std::size_t unit, std::size_t count,
                                    CurlTransfer* transfer) {
  const std::string_view line(bytes, unit * count);
  transfer->header_ended_ = line == "\r\n" || line == "\n";
  transfer->header_bytes_ += line.size();
  // Less than given is libcurl's sign to give up: CURLE_WRITE_ERROR.
  return transfer->header_bytes_ <= header_limit ? line.size() : 0;
}

std::size_t CurlTransfer::on_body(const char* bytes, std::size_t unit, std::size_t count,
                                  CurlTransfer* transfer) {
  const auto size = unit * count;
  auto& answer = transfer->answer_;
  if (size > transfer->settings_.answer_limit - answer.size()) return 0;
  answer.append(bytes, size);
  return size;
}

/// Makes the socket in libcurl's stead: 7.88 keeps to itself why it could not.
curl_socket_t CurlTransfer::on_socket(CurlTransfer* transfer, curlsocktype /*purpose*/,
                                      const curl_sockaddr* address) {
  const int made = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (made < 0 && descriptors_ran_out(errno)) transfer->lacked_descriptor_ = true;
  return made;
}

/// Called with each connection that the request is about to be written to, kept or fresh.
int CurlTransfer::on_request(CurlTransfer* transfer, const char* /*peer*/, const char* /*self*/,
                             int /*peer_port*/, int /*self_port*/) {
  transfer->was_sent_twice_ = transfer->was_sent();
  return CURL_PREREQFUNC_OK;
}

CURLcode CurlTransfer::on_tls(CURL* /*easy*/, SSL_CTX* context, const Settings* settings) {
  SSL_CTX_set1_cert_store(context, settings->trusted->get());
  return CURLE_OK;
}

}  // namespace pay::http
