#include "http/curl_client.hpp"

#include <curl/curl.h>

#include <csignal>
#include <mutex>
#include <new>
#include <thread>
#include <unordered_map>
#include <utility>

#include "http/call_queue.hpp"
#include "http/curl_transfer.hpp"
#include "http/trust_store.hpp"

namespace pay::http {
namespace {

using Clock = std::chrono::steady_clock;

// Handles that are kept for later calls: what one burst needed is given back after it.
constexpr std::size_t kept_transfers = 256;
// libcurl knows of an earlier deadline by itself.
constexpr int longest_sleep_ms = 60'000;
// Calls that no connection is free for are looked at so often.
constexpr auto queue_tick = std::chrono::milliseconds(100);

/// Ends a call that never began.
void refuse(Client::Call& call, CallFailure why) {
  wipe(call.request);
  call.done(std::unexpected(why));
}

void prepare_libcurl() {
  static const auto outcome = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (outcome != CURLE_OK) throw std::bad_alloc();
}

}  // namespace

/// libcurl's transfers on one thread, which sleeps until one of them can go on or somebody has sent
/// something. It looks at every transfer when it wakes (curl_multi_poll): with 64 under way that costs what
/// epoll behind curl_multi_socket_action does, of which libcurl 7.88 closes sockets before it says so.
class CurlClient::Loop {
 public:
  explicit Loop(const Options& options);
  ~Loop();

  void send(std::vector<Call>& calls);
  void stop();

 private:
  void run();
  bool take();
  void begin_queued();
  void begin(Call call);
  void sleep();
  void collect();
  void give_up_late();
  void finish(CURL* easy, CURLcode result);
  void abort_all();

  TrustStore trusted_;
  const CurlTransfer::Settings settings_;
  const std::size_t connection_limit_;
  /// libcurl has one of its own (CURLMOPT_MAX_TOTAL_CONNECTIONS), but in 7.88 now and then forgets what is in
  /// it, and it knows no turns.
  CallQueue queue_;
  Clock::time_point next_look_{};
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
    : trusted_(options.ca_file),
      settings_{
          .trusted = &trusted_, .answer_limit = options.answer_limit, .verify_peer = options.verify_peer},
      connection_limit_(options.connection_limit),
      multi_((prepare_libcurl(), curl_multi_init())) {
  if (!multi_) throw std::bad_alloc();
  auto* const multi = multi_.get();
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(options.connection_limit));
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
      if (first) curl_multi_wakeup(multi_.get());
      return;
    }
  }
  for (auto& call : sent) refuse(call, CallFailure::aborted);
}

void CurlClient::Loop::stop() {
  {
    // With the lock: once the thread knows, nobody wakes what it takes down.
    const std::lock_guard lock(mutex_);
    if (!stopping_) curl_multi_wakeup(multi_.get());
    stopping_ = true;
  }
  const std::lock_guard lock(joining_);
  if (thread_.joinable()) thread_.join();
}

void CurlClient::Loop::run() {
  // OpenSSL writes to sockets that the peer may have closed: that must not end the process.
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (take()) {
    begin_queued();
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    collect();
    sleep();
  }
  abort_all();
  multi_.reset();
}

/// False when it is time to stop.
bool CurlClient::Loop::take() {
  std::vector<Call> fresh;
  bool go_on = true;
  {
    const std::lock_guard lock(mutex_);
    fresh.swap(waiting_);
    go_on = !stopping_;
  }
  const auto now = Clock::now();
  for (auto& call : fresh) {
    const auto timeout = call.request.timeout;
    queue_.push({.call = std::move(call), .begin_by = now + timeout / 2, .deadline = now + timeout});
  }
  return go_on;
}

void CurlClient::Loop::begin_queued() {
  give_up_late();
  while (active_.size() < connection_limit_) {
    auto next = queue_.pop();
    if (!next) return;
    const auto now = Clock::now();
    if (next->begin_by < now) {
      refuse(next->call, CallFailure::not_sent);
      continue;
    }
    next->call.request.timeout = std::chrono::ceil<std::chrono::milliseconds>(next->deadline - now);
    begin(std::move(next->call));
  }
}

void CurlClient::Loop::give_up_late() {
  const auto now = Clock::now();
  if (queue_.empty() || now < next_look_) return;
  next_look_ = now + queue_tick;
  for (auto& call : queue_.take_late(now)) refuse(call, CallFailure::not_sent);
}

void CurlClient::Loop::sleep() {
  auto timeout_ms = longest_sleep_ms;
  if (!queue_.empty())
    timeout_ms = active_.size() < connection_limit_ ? 0 : static_cast<int>(queue_tick.count());
  curl_multi_poll(multi_.get(), nullptr, 0, timeout_ms, nullptr);
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
  while (auto queued = queue_.pop()) refuse(queued->call, CallFailure::aborted);
  for (auto& [easy, transfer] : active_) {
    curl_multi_remove_handle(multi_.get(), easy);
    transfer->end()(std::unexpected(CallFailure::aborted));
  }
  active_.clear();
}

CurlClient::CurlClient(const Options& options) : loop_(std::make_unique<Loop>(options)) {}

CurlClient::~CurlClient() = default;

void CurlClient::send(std::vector<Call>& calls) {
  loop_->send(calls);
}

void CurlClient::stop() {
  loop_->stop();
}

}  // namespace pay::http
