#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <map>
#include <thread>

#include "controller/api.hpp"
#include "flow/providers.hpp"
#include "provider/simulator/simulator.hpp"
#include "support/fake_clock.hpp"
#include "support/memory_store.hpp"
#include "unit/client/fake_client_store.hpp"
#include "unit/flow/fakes.hpp"
#include "unit/query/fake_read_store.hpp"

/// An Api on a memory instead of a database, and without a network: requests go in, responses come out.
namespace pay::test {

/// A notifier whose first tries are over when a test says so, or at once. The server's thread asks; `finish`
/// may be called on any.
class FakeNotifier final : public Notifier {
 public:
  struct Asked {
    PaymentId payment;
    std::int64_t sequence = 0;
    bool operator==(const Asked&) const = default;
  };
  void after_first_try(PaymentId payment, std::int64_t sequence,
                       std::move_only_function<void()> done) override {
    const std::lock_guard lock(mutex_);
    asked_.push_back({payment, sequence});
    if (!holds_) return done();
    waiting_.push_back(std::move(done));
    arrived_.notify_all();
  }
  /// From now on a first try lasts until `finish`.
  void hold() { holds_ = true; }
  void wait_until_asked() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !waiting_.empty(); });
  }
  void finish() {
    const std::lock_guard lock(mutex_);
    for (auto& done : waiting_) done();
    waiting_.clear();
  }
  [[nodiscard]] std::vector<Asked> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::atomic<bool> holds_ = false;
  std::vector<Asked> asked_;
  std::vector<std::move_only_function<void()>> waiting_;
};

class NoObserver final : public ExecutorObserver {
 public:
  void on_commit(std::size_t, std::chrono::nanoseconds, const Changes&) override {}
  void on_replay() override {}
};

/// What a test says of a request.
struct Sent {
  std::string method;
  std::string path;
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string query{};
};

class ApiTest : public testing::Test {
 protected:
  ApiTest() : work_(io_.get_executor()) {}
  ~ApiTest() override { providers_->stop(); }

  /// Before `start`: payments go to a provider with outside effects, which does as the test says.
  FakeProvider& have_provider(const std::string& name) {
    providers_ = std::make_unique<Providers>(Rules{.otherwise = {name}}, "");
    auto provider = std::make_unique<FakeProvider>(name);
    auto& fake = *provider;
    providers_->add(std::make_unique<Guard>(std::move(provider), Guard::Options{}, calls_));
    return fake;
  }

  /// With the clients that the register has.
  void start(Clients::Options options = {}) {
    clients_ = std::make_unique<Clients>(std::make_unique<FakeClientStore>(register_), clock_, options);
    executor_ = std::make_unique<Executor>(
        std::make_unique<MemoryStore>(memory_), clock_,
        Executor::Options{.asking = {.routing = providers_.get(), .public_url = "http://pay"}},
        deliver<Executor::Completion>(&Executor::Completion::reply), observer_);
    std::vector<std::unique_ptr<ReadStore>> stores;
    stores.push_back(std::make_unique<FakeReadStore>(shelf_));
    reader_ = std::make_unique<Reader>(std::move(stores), Reader::Options{},
                                       deliver<Reader::Completion>(&Reader::Completion::result));
    flow_ = std::make_unique<Flow>(*executor_, *providers_, [this](std::move_only_function<void()> function) {
      boost::asio::post(io_, std::move(function));
    });
    api_ = std::make_unique<controller::Api>(
        io_,
        controller::Parts{.executor = *executor_,
                          .flow = *flow_,
                          .reader = *reader_,
                          .metrics = metrics_,
                          .clients = *clients_,
                          .notifier = notifier_,
                          .clock = clock_,
                          .providers = [this] { return providers_->health(); },
                          .doors = {.find = [this](std::string_view name) { return find_door(name); },
                                    .wake_repairer = [this] { ++wakes_; }}},
        controller::Settings{.authorizer = authorizer_, .default_currency = *Currency::find("CAD")});
  }

  /// Begins a request; its response is in `response()` once `io_` has run long enough.
  void begin(Sent sent) {
    sent_ = std::move(sent);
    request_ = {.method = sent_.method,
                .path = sent_.path,
                .query = sent_.query,
                .headers = {},
                .body = sent_.body,
                .request_id = "r",
                .peer = "10.0.0.1"};
    for (const auto& [name, value] : sent_.headers) request_.headers.push_back({name, value});
    response_.reset();
    boost::asio::co_spawn(io_.get_executor(), api_->handle(request_),
                          [this](const std::exception_ptr& failure, http::Response response) {
                            if (failure) std::rethrow_exception(failure);
                            response_ = std::move(response);
                          });
  }
  http::Response finish() {
    while (!response_) io_.run_one();
    return *std::exchange(response_, std::nullopt);
  }
  /// Until the provider was asked something.
  void run_until_asked(FakeProvider& provider) {
    while (provider.kept() == 0) io_.run_one();
  }
  http::Response send(Sent sent) {
    if (!api_) start();
    begin(std::move(sent));
    return finish();
  }

  static std::map<std::string_view, std::string> headers_of(const http::Response& response) {
    return {response.headers.begin(), response.headers.end()};
  }
  static constexpr auto create_body = R"({"user_id":7,"order_id":42,"total_amount":99.53})";
  static constexpr auto card_body =
      R"({"cardNumber":"4242424242424242","cardCode":"123","expirationDate":"2030-01"})";

  Memory memory_;
  Shelf shelf_;
  Register register_;
  FakeClock clock_;
  Metrics metrics_;
  Simulator simulator_;
  Authorizer authorizer_{&simulator_, true, clock_};
  CountingObserver calls_;
  std::unique_ptr<Providers> providers_ =
      std::make_unique<Providers>(Rules{.otherwise = {"simulator"}}, "simulator");
  std::map<std::string, WebhookDoor*, std::less<>> doors_;
  int wakes_ = 0;  ///< of the repairer
  NoObserver observer_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  FakeNotifier notifier_;
  std::optional<http::Response> response_;
  std::unique_ptr<Clients> clients_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<Flow> flow_;
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<controller::Api> api_;

 private:
  /// Completions go to the server's thread, as in the service.
  template <class Completion, class Answer>
  std::function<void(std::vector<Completion>)> deliver(Answer Completion::* answer) {
    return [this, answer](std::vector<Completion> completions) {
      boost::asio::post(io_, [answer, batch = std::move(completions)]() mutable {
        for (auto& completion : batch) completion.done(std::move(completion.*answer));
      });
    };
  }

  [[nodiscard]] WebhookDoor* find_door(std::string_view name) const {
    const auto found = doors_.find(name);
    return found == doors_.end() ? nullptr : found->second;
  }

  Sent sent_;
  http::Request request_;
};

}  // namespace pay::test
