#include "http/curl_client.hpp"

#include <curl/curl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

#include "http/curl_transfer.hpp"
#include "http/trust_store.hpp"

namespace pay::http {
namespace {

using Clock = std::chrono::steady_clock;

// Handles that are kept for later calls: what one burst needed is given back after it.
constexpr std::size_t kept_transfers = 256;
constexpr std::size_t events_at_once = 256;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {
    if (number_ < 0) throw std::system_error(errno, std::generic_category(), "no descriptor for calls");
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int operator*() const { return number_; }

 private:
  const int number_;
};

void prepare_libcurl() {
  static const auto outcome = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (outcome != CURLE_OK) throw std::bad_alloc();
}

}  // namespace

/// libcurl's transfers on one thread, which sleeps in epoll until a socket is ready, a deadline has come, or
/// somebody has sent something. (curl_multi_poll looks at every transfer each time it wakes.)
class CurlClient::Loop {
 public:
  explicit Loop(const Options& options);
  ~Loop();

  void send(std::vector<Call>& calls);
  void stop();

 private:
  void run();
  bool take(std::vector<Call>& calls);
  void begin(Call call);
  void wait();
  void collect();
  void finish(CURL* easy, CURLcode result);
  void abort_all();
  void wake() const;

  static int on_socket(CURL* easy, curl_socket_t socket, int wanted, Loop* loop, void* known);
  static int on_timer(CURLM* multi, long timeout_ms, Loop* loop);

  const std::shared_ptr<X509_STORE> trusted_;
  const CurlTransfer::Settings settings_;
  const Descriptor epoll_;
  const Descriptor wakeup_;
  std::optional<Clock::time_point> deadline_;
  std::unordered_map<CURL*, std::unique_ptr<CurlTransfer>> active_;
  std::vector<std::unique_ptr<CurlTransfer>> idle_;
  std::unique_ptr<CURLM, decltype([](CURLM* multi) { curl_multi_cleanup(multi); })> multi_;

  std::mutex mutex_;
  std::vector<Call> waiting_;  ///< with the lock
  bool stopping_ = false;      ///< with the lock
  std::mutex joining_;
  std::thread thread_;
};

CurlClient::Loop::Loop(const Options& options)
    : trusted_(make_trust_store(options.ca_file)),
      settings_{.trusted = trusted_.get(),
                .answer_limit = options.answer_limit,
                .verify_peer = options.verify_peer},
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      multi_((prepare_libcurl(), curl_multi_init())) {
  if (!multi_) throw std::bad_alloc();
  auto* const multi = multi_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(options.connection_limit));
  curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(options.connection_limit));
  epoll_event event{.events = EPOLLIN, .data = {.fd = *wakeup_}};
  ::epoll_ctl(*epoll_, EPOLL_CTL_ADD, *wakeup_, &event);
  thread_ = std::thread([this] { run(); });
}

CurlClient::Loop::~Loop() {
  stop();
}

void CurlClient::Loop::send(std::vector<Call>& calls) {
  std::vector<Call> sent;
  sent.swap(calls);
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      // Whoever makes it the first one wakes the thread, for all that come until it looks.
      const bool first = waiting_.empty();
      for (auto& call : sent) waiting_.push_back(std::move(call));
      if (first) wake();
      return;
    }
  }
  for (auto& call : sent) call.done(std::unexpected(CallFailure::aborted));
}

void CurlClient::Loop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
  const std::lock_guard lock(joining_);
  if (thread_.joinable()) thread_.join();
}

void CurlClient::Loop::run() {
  // OpenSSL writes to sockets that the peer may have closed: that must not end the process.
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::vector<Call> fresh;
  while (take(fresh)) {
    for (auto& call : fresh) begin(std::move(call));
    fresh.clear();
    wait();
    collect();
  }
  for (auto& call : fresh) call.done(std::unexpected(CallFailure::aborted));
  abort_all();
  multi_.reset();
}

/// False when it is time to stop.
bool CurlClient::Loop::take(std::vector<Call>& calls) {
  const std::lock_guard lock(mutex_);
  calls.swap(waiting_);
  return !stopping_;
}

void CurlClient::Loop::begin(Call call) {
  std::unique_ptr<CurlTransfer> transfer;
  if (idle_.empty()) {
    transfer = std::make_unique<CurlTransfer>(settings_);
  } else {
    transfer = std::move(idle_.back());
    idle_.pop_back();
  }
  transfer->begin(std::move(call));
  auto* const easy = transfer->handle();
  active_.emplace(easy, std::move(transfer));
  if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) finish(easy, CURLE_FAILED_INIT);
}

void CurlClient::Loop::wait() {
  using std::chrono::ceil, std::chrono::milliseconds;
  int timeout_ms = -1;
  if (deadline_) {
    timeout_ms = static_cast<int>(std::max(ceil<milliseconds>(*deadline_ - Clock::now()).count(), 0L));
  }
  std::array<epoll_event, events_at_once> events;
  const int count = ::epoll_wait(*epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  int running = 0;
  for (int at = 0; at < count; ++at) {
    const auto& event = events[static_cast<std::size_t>(at)];
    if (event.data.fd == *wakeup_) {
      eventfd_t ignored = 0;
      ::eventfd_read(*wakeup_, &ignored);
      continue;
    }
    int ready = 0;
    if ((event.events & EPOLLIN) != 0) ready |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) ready |= CURL_CSELECT_OUT;
    if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) ready |= CURL_CSELECT_ERR;
    curl_multi_socket_action(multi_.get(), event.data.fd, ready, &running);
  }
  if (deadline_ && Clock::now() >= *deadline_) {
    deadline_.reset();
    curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  }
}

void CurlClient::Loop::collect() {
  int left = 0;
  while (const auto* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
  }
}

void CurlClient::Loop::finish(CURL* easy, CURLcode result) {
  curl_multi_remove_handle(multi_.get(), easy);
  auto transfer = std::move(active_.extract(easy).mapped());
  auto outcome = transfer->outcome(result);
  auto done = transfer->end();
  if (idle_.size() < kept_transfers) idle_.push_back(std::move(transfer));
  done(std::move(outcome));
}

void CurlClient::Loop::abort_all() {
  for (auto& [easy, transfer] : active_) {
    curl_multi_remove_handle(multi_.get(), easy);
    transfer->end()(std::unexpected(CallFailure::aborted));
  }
  active_.clear();
}

void CurlClient::Loop::wake() const {
  ::eventfd_write(*wakeup_, 1);
}

/// libcurl says which sockets it waits for, and for what.
int CurlClient::Loop::on_socket(CURL* /*easy*/, curl_socket_t socket, int wanted, Loop* loop, void* known) {
  if (wanted == CURL_POLL_REMOVE) {
    ::epoll_ctl(*loop->epoll_, EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event{.events = 0, .data = {.fd = socket}};
  if ((wanted & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((wanted & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  ::epoll_ctl(*loop->epoll_, known != nullptr ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
  if (known == nullptr) curl_multi_assign(loop->multi_.get(), socket, loop);
  return 0;
}

/// libcurl says when it wants to be called although no socket is ready.
int CurlClient::Loop::on_timer(CURLM* /*multi*/, long timeout_ms, Loop* loop) {
  if (timeout_ms < 0) {
    loop->deadline_.reset();
  } else {
    loop->deadline_ = Clock::now() + std::chrono::milliseconds(timeout_ms);
  }
  return 0;
}

CurlClient::CurlClient(Options options) : loop_(std::make_unique<Loop>(options)) {}

CurlClient::~CurlClient() = default;

void CurlClient::send(std::vector<Call>& calls) {
  loop_->send(calls);
}

void CurlClient::stop() {
  loop_->stop();
}

}  // namespace pay::http
