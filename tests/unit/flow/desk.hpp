#pragma once

#include <chrono>
#include <future>

#include "command/fingerprint.hpp"
#include "flow/flow.hpp"
#include "flow/repairer.hpp"
#include "support/fake_clock.hpp"
#include "support/memory_store.hpp"
#include "unit/flow/fakes.hpp"

/// A flow with its executor on a memory, providers that do as the test says, and whoever waits for replies.
namespace pay::test {

/// A memory that the executor writes and others look at.
struct SharedMemory {
  std::mutex mutex;
  Memory memory;
  std::atomic<bool> is_held = false;  ///< the executor waits before it loads; whoever ends it calls `let_go`

  void let_go() {
    is_held = false;
    is_held.notify_all();
  }

  template <class Look>
  auto look(Look look) {
    const std::lock_guard lock(mutex);
    return look(memory);
  }
};

class SharedStore final : public WriteStore {
 public:
  explicit SharedStore(SharedMemory& shared) : shared_(shared), store_(shared.memory) {}

  Loaded load(const Wanted& wanted) override {
    shared_.is_held.wait(true);
    const std::lock_guard lock(shared_.mutex);
    return store_.load(wanted);
  }
  void save(const Changes& changes) override {
    const std::lock_guard lock(shared_.mutex);
    store_.save(changes);
  }
  void roll_back() override { store_.roll_back(); }
  bool resolve_lost_commit() override { return store_.resolve_lost_commit(); }
  std::size_t delete_keys_before(Timestamp, std::size_t) override { return 0; }
  std::size_t delete_delivered_before(Timestamp, std::size_t) override { return 0; }
  void keep_house() override {}
  void close() override {}
  PaymentId next_payment_id() override { return store_.next_payment_id(); }
  RefundId next_refund_id() override { return store_.next_refund_id(); }
  AttemptId next_attempt_id() override { return store_.next_attempt_id(); }
  NotificationId next_notification_id() override { return store_.next_notification_id(); }

 private:
  SharedMemory& shared_;
  MemoryStore store_;
};

/// Claims by the same memory. `is_away` has every call throw.
class SharedAttempts final : public AttemptStore {
 public:
  SharedAttempts(SharedMemory& shared, std::atomic<bool>& is_away, std::atomic<int>& claims)
      : shared_(shared), is_away_(is_away), claims_(claims) {}

  std::vector<ClaimedAttempt> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                                    Timestamp now) override {
    if (is_away_) throw StoreUnavailable("scripted");
    ++claims_;
    return shared_.look([&](Memory& memory) {
      std::vector<ClaimedAttempt> claimed;
      for (const auto& ask : asks) {
        std::size_t count = 0;
        for (auto& attempt : memory.attempts) {
          const bool is_due = attempt.call && !is_final(attempt.outcome) && attempt.call->due_at &&
                              *attempt.call->due_at <= now && attempt.provider == ask.provider;
          if (!is_due || count == ask.limit) continue;
          ++count;
          attempt.call->due_at = now + lease;
          attempt.call->being_asked = false;
          claimed.push_back({.attempt = attempt, .payment = memory.payments.at(attempt.payment_id)});
        }
      }
      return claimed;
    });
  }
  std::vector<std::string> list_providers() override { return {}; }
  void recover(Timestamp) override {}

 private:
  SharedMemory& shared_;
  std::atomic<bool>& is_away_;
  std::atomic<int>& claims_;
};

class NobodyCounts final : public ExecutorObserver {
 public:
  void on_commit(std::size_t, std::chrono::nanoseconds, const Changes&) override {}
  void on_replay() override {}
};

struct Key {
  std::string text{};  ///< empty: none
};

class Desk : public testing::Test {
 protected:
  using Waits = std::future<Result<Reply>>;

  Desk() {
    shared_.memory.now = [this] { return clock_.now(); };
  }
  ~Desk() override {
    if (providers_) providers_->stop();
    repairer_.reset();
    executor_.reset();  // before the providers, which may still hold questions
  }

  /// In order of preference; `at_once` may be among them.
  void open(const std::vector<std::string>& names, Guard::Options options = {}, std::string at_once = {}) {
    providers_ = std::make_unique<Providers>(Rules{.otherwise = names}, at_once);
    for (const auto& name : names) {
      if (name == at_once) continue;
      auto provider = std::make_unique<FakeProvider>(name);
      fakes_[name] = provider.get();
      providers_->add(std::make_unique<Guard>(std::move(provider), options, observer_));
    }
    executor_ = std::make_unique<Executor>(
        std::make_unique<SharedStore>(shared_), clock_,
        Executor::Options{.queue_limit = queue_limit_,
                          .asking = {.routing = providers_.get(), .public_url = "http://pay"}},
        [](std::vector<Executor::Completion> completions) {
          for (auto& one : completions) one.done(std::move(one.reply));
        },
        nobody_);
    flow_ =
        std::make_unique<Flow>(*executor_, *providers_, [](std::move_only_function<void()> work) { work(); });
  }
  void repair(std::chrono::milliseconds poll = 1ms) {
    repairer_ = std::make_unique<Repairer>(std::make_unique<SharedAttempts>(shared_, is_away_, claims_),
                                           *executor_, *providers_, clock_, Repairer::Options{.poll = poll});
    repairer_->start();
  }

  Waits give(Command command, const Key& key = {}) {
    Job job{.command = std::move(command)};
    if (!key.text.empty())
      job.protection =
          Protection{.key = {.client = {}, .key = key.text}, .fingerprint = fingerprint(job.command)};
    auto promise = std::make_shared<std::promise<Result<Reply>>>();
    auto waits = promise->get_future();
    std::vector<Flow::Submission> submissions;
    submissions.push_back({.job = std::move(job),
                           .done = [promise](Result<Reply> reply) { promise->set_value(std::move(reply)); }});
    flow_->submit(submissions);
    for (auto& left : submissions) left.done(fail(ErrorCode::unavailable));
    return waits;
  }
  static bool is_told(Waits& waits) { return waits.wait_for(0s) == std::future_status::ready; }
  static Result<Reply> reply(Waits waits) {
    if (waits.wait_for(30s) == std::future_status::ready) return waits.get();
    ADD_FAILURE() << "nobody answered";
    return fail(ErrorCode::not_found);
  }
  static PaymentReply payment_reply(Waits waits) {
    auto told = reply(std::move(waits));
    if (told && std::holds_alternative<PaymentReply>(*told)) return std::get<PaymentReply>(*std::move(told));
    ADD_FAILURE() << (told ? "another reply" : name(told.error().code));
    return {.refusal = {}, .payment = payment(PaymentId{1})};
  }
  /// The error, or the refusal, or `ok`.
  static std::string word(Waits waits) {
    const auto told = reply(std::move(waits));
    if (!told) return std::string(name(told.error().code));
    const auto* one = std::get_if<PaymentReply>(&*told);
    return one != nullptr && one->refusal ? std::string(name(*one->refusal)) : "ok";
  }

  PaymentId create(CaptureMethod method = CaptureMethod::automatic, std::int64_t order = 11) {
    CreatePayment command{.order_id = {order},
                          .user_id = {13},
                          .amount = *Decimal::parse("100"),
                          .currency = cad,
                          .capture_method = method,
                          .description = {},
                          .metadata = {},
                          .client = {}};
    return payment_reply(give(std::move(command))).payment.id;
  }
  static ProcessPayment process(PaymentId id, const std::string& token = "pm_card_visa") {
    return {.id = id,
            .source = {.kind = KeptSource::Kind::card_token, .token = token},
            .outline = "card_token " + token};
  }
  /// At `stripe`.
  PaymentId create_paid(CaptureMethod method = CaptureMethod::automatic, std::int64_t order = 11) {
    const auto id = create(method, order);
    auto waits = give(process(id));
    fake().answer_next(Succeeded{.method = visa(), .reference = "pi_1"});
    reply(std::move(waits));
    return id;
  }
  static PaymentMethod visa() { return {.brand = Brand::visa, .last4 = "4242", .expiry = {2030, 1}}; }

  static Payment payment(PaymentId id) {
    return {.id = id,
            .order_id = {},
            .user_id = {},
            .currency = cad,
            .description = {},
            .client = {},
            .metadata = {},
            .method = {},
            .last_error = {},
            .expires_at = {},
            .next_action = {},
            .custody = {}};
  }
  Payment kept(PaymentId id) {
    return shared_.look([&](const Memory& memory) { return memory.payments.at(id); });
  }
  std::string status(PaymentId id) { return std::string(name(kept(id).status)); }
  /// `authorize succeeded`, …
  std::vector<std::string> attempts() {
    return shared_.look([](const Memory& memory) {
      std::vector<std::string> all;
      for (const auto& attempt : memory.attempts)
        all.push_back(attempt.provider + " " + std::string(name(attempt.kind)) + " " +
                      std::string(name(attempt.outcome)));
      return all;
    });
  }
  FakeProvider& fake(const std::string& name = "stripe") { return *fakes_.at(name); }

  /// What other threads bring about.
  template <class Condition>
  static bool comes_true(Condition condition, std::chrono::seconds within = 30s) {
    const auto give_up = std::chrono::steady_clock::now() + within;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }

  SharedMemory shared_;
  FakeClock clock_;
  CountingObserver observer_;
  NobodyCounts nobody_;
  std::size_t queue_limit_ = 20'000;
  std::atomic<bool> is_away_ = false;
  std::atomic<int> claims_ = 0;
  std::map<std::string, FakeProvider*> fakes_;
  std::unique_ptr<Providers> providers_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<Flow> flow_;
  std::unique_ptr<Repairer> repairer_;
};

}  // namespace pay::test
