// Many threads give random commands for few payments to a flow whose providers lose, delay, refuse and forget
// to answer, while the repair loop runs and the clock moves. When the storm is over and everything is
// repaired, the providers' own books agree with the payments, nobody was charged twice, everybody was
// answered once, and each payment holds for `verify`. The seed is printed; set PAY_TEST_SEED to run one
// again.
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "query/verify.hpp"
#include "unit/flow/desk.hpp"
#include "unit/flow/ledger.hpp"

namespace pay::test {
namespace {

constexpr int payments = 150;
constexpr int threads = 4;
constexpr int commands_a_thread = 1'000;

std::uint64_t seed() {
  const char* given = std::getenv("PAY_TEST_SEED");
  const auto chosen = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("PAY_TEST_SEED=%llu\n", static_cast<unsigned long long>(chosen));
  return chosen;
}

class FlowStorm : public Desk {
 protected:
  void SetUp() override {
    seed_ = seed();
    open({});
    executor_.reset();
    providers_ = std::make_unique<Providers>(Rules{.otherwise = {"east", "west"}}, "");
    for (const auto* name : {"east", "west"}) {
      auto storm = std::make_unique<Storm>(name, seed_ + storms_.size());
      storms_.push_back(storm.get());
      // Circuits open as providers fail; here they would close half of the ways.
      providers_->add(std::make_unique<Guard>(
          std::move(storm),
          Guard::Options{.concurrency = 8, .deadline = 10min, .failures_to_open = 1'000'000}, observer_));
    }
    executor_ = std::make_unique<Executor>(
        std::make_unique<SharedStore>(shared_), clock_,
        Executor::Options{.asking = {.routing = providers_.get(), .public_url = "http://pay"}},
        [](std::vector<Executor::Completion> completions) {
          for (auto& one : completions) one.done(std::move(one.reply));
        },
        nobody_);
    flow_ =
        std::make_unique<Flow>(*executor_, *providers_, [](std::move_only_function<void()> work) { work(); });
  }

  Command random_command(std::mt19937_64& random) {
    const PaymentId id{1 + static_cast<std::int64_t>(random() % payments)};
    const auto some = *Decimal::parse(std::to_string(1 + random() % 60));
    switch (random() % 10) {
      case 0:
      case 1:
      case 2:
      case 3:
        return process(id, random() % 4 == 0 ? "pm_card_mastercard" : "pm_card_visa");
      case 4:
        return CapturePayment{.id = id, .amount = some};
      case 5:
        return CancelPayment{.id = id, .reason = {}};
      case 6:
        return RefundPayment{.id = id, .amount = some, .reason = {}};
      case 7:
        return random() % 4 == 0 ? Command(UndoOrder{.order_id = {11}}) : UndoPayment{.id = id};
      case 8:
        return LookUpAttempt{.id = id};
      default:
        return ExpirePayment{.id = id};
    }
  }

  void storm_of(std::uint64_t own_seed) {
    std::mt19937_64 random(own_seed);
    for (int i = 0; i < commands_a_thread; ++i) {
      Job job{.command = random_command(random)};
      const bool is_ours = std::holds_alternative<LookUpAttempt>(job.command) ||
                           std::holds_alternative<ExpirePayment>(job.command);
      if (!is_ours && random() % 2 == 0)
        job.protection = Protection{.key = {.client = {}, .key = std::to_string(random() % 2'000)},
                                    .fingerprint = fingerprint(job.command)};
      std::vector<Flow::Submission> submissions;
      submissions.push_back({.job = std::move(job), .done = [this](const Result<Reply>& reply) {
                               ++answered_;
                               if (reply) EXPECT_FALSE(std::holds_alternative<Ask>(*reply));
                             }});
      flow_->submit(submissions);
      EXPECT_TRUE(submissions.empty());
      // In all less than a lease: no call lasts longer than that.
      if (random() % 8 == 0) clock_.advance(std::chrono::milliseconds(random() % 40));
      if (random() % 4 == 0) std::this_thread::yield();
    }
  }

  std::size_t open_attempts() {
    return shared_.look([](const Memory& memory) {
      return static_cast<std::size_t>(std::ranges::count_if(
          memory.attempts, [](const Attempt& attempt) { return !is_final(attempt.outcome); }));
    });
  }

  /// What both providers have done for a payment.
  Ledger::Charge charged_for(PaymentId id) {
    Ledger::Charge sum{.payment = id, .outcome = Pending{}};
    for (auto* storm : storms_) {
      for (const auto& [key, charge] : storm->ledger().charges) {
        const bool holds_money = charge.payment == id && charge.authorized > 0 && !charge.is_voided;
        if (!holds_money) continue;
        sum.authorized += charge.authorized;
        sum.captured += charge.captured;
        sum.refunded += charge.refunded;
      }
    }
    return sum;
  }

  void expect_books_agree(const Payment& payment) {
    const auto books = charged_for(payment.id);
    const bool holds = payment.status != Status::canceled && payment.status != Status::pending;
    EXPECT_EQ(books.authorized, holds ? payment.authorized_minor : 0) << payment.id.value;
    EXPECT_EQ(books.captured, payment.captured_minor) << payment.id.value;
    EXPECT_EQ(books.refunded, payment.refunded_minor) << payment.id.value;
  }

  std::uint64_t seed_ = 0;
  std::vector<Storm*> storms_;
  std::atomic<int> answered_ = 0;
};

TEST_F(FlowStorm, ends_with_books_that_agree) {
  for (int i = 0; i < payments; ++i)
    create(i % 3 == 0 ? CaptureMethod::manual : CaptureMethod::automatic, i < 6 ? 11 : 12);
  repair();
  std::vector<std::thread> givers;
  for (std::uint64_t t = 0; t < threads; ++t) givers.emplace_back([this, t] { storm_of(seed_ * 10 + t); });
  for (auto& giver : givers) giver.join();
  EXPECT_TRUE(comes_true([&] { return answered_ == threads * commands_a_thread; })) << answered_;

  for (auto* storm : storms_) {
    EXPECT_FALSE(storm->was_asked_by_two());
    storm->heal();
  }
  EXPECT_TRUE(comes_true([&] {
    clock_.advance(1h);
    return open_attempts() == 0;
  }));
  repairer_->stop();
  EXPECT_GT(storms_[0]->ledger().charges.size(), payments / 3U);
  EXPECT_GT(storms_[0]->ledger().actions.size(), payments / 3U);
  EXPECT_EQ(answered_, threads * commands_a_thread);

  shared_.look([&](const Memory& memory) {
    for (const auto& [id, payment] : memory.payments) {
      expect_books_agree(payment);
      const auto of = [&](const auto& rows, auto payment_of) {
        auto own = rows;
        std::erase_if(own, [&](const auto& row) { return payment_of(row) != id; });
        return own;
      };
      const auto problems =
          check_payment(payment, of(memory.events, [](const Event& event) { return event.after.id; }),
                        of(memory.attempts, [](const Attempt& attempt) { return attempt.payment_id; }),
                        of(memory.refunds, [](const Refund& refund) { return refund.payment_id; }));
      EXPECT_THAT(problems, testing::IsEmpty());
    }
    for (const auto& [key, record] : memory.keys) EXPECT_EQ(record.state, KeyState::done) << key.key;
  });
}

}  // namespace
}  // namespace pay::test
