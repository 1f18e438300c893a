// The pure parts of a request, without sockets and without a database: what they cost each.
#include <benchmark/benchmark.h>

#include "command/decide.hpp"
#include "view/requests.hpp"
#include "view/responses.hpp"

namespace pay {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp now{1'790'000'000'000'000us};

class Counter final : public IdSource {
 public:
  PaymentId next_payment_id() override { return {++last_}; }
  RefundId next_refund_id() override { return {++last_}; }
  AttemptId next_attempt_id() override { return {++last_}; }
  NotificationId next_notification_id() override { return {++last_}; }

 private:
  std::int64_t last_ = 0;
};

Currency cad() {
  return *Currency::find("CAD");
}

CreatePayment order() {
  return {.order_id = {1001},
          .user_id = {7},
          .amount = {.units = 99, .billionths = 530'000'000},
          .currency = cad()};
}

ProcessPayment approved() {
  return {.id = {1},
          .source = {.kind = KeptSource::Kind::raw_card},
          .outline = "visa 424242 4242 2030-01",
          .at_once_provider = "simulator",
          .at_once = Answer{Approved{{.brand = Brand::visa, .last4 = "4242", .expiry = {2030, 1}}}}};
}

Payment pending() {
  return {.id = {1},
          .order_id = {1001},
          .user_id = {7},
          .amount_minor = 9953,
          .currency = cad(),
          .created_at = now,
          .version = 1,
          .updated_at = now};
}

void read_create(benchmark::State& state) {
  for (auto _ : state) {
    auto command =
        view::read_create(R"({"user_id":7,"order_id":1001,"total_amount":21999.890000000003})", cad(), "");
    benchmark::DoNotOptimize(command);
  }
}
BENCHMARK(read_create);

void read_process(benchmark::State& state) {
  for (auto _ : state) {
    auto request =
        view::read_process(R"({"cardNumber":"4242424242424242","cardCode":"123","expirationDate":"12/40"})");
    benchmark::DoNotOptimize(request);
  }
}
BENCHMARK(read_process);

void decide_create(benchmark::State& state) {
  Counter ids;
  const Lifetimes lifetimes;
  const auto command = order();
  for (auto _ : state) {
    auto decision = decide(command, Situation{now, lifetimes, ids});
    benchmark::DoNotOptimize(decision);
  }
}
BENCHMARK(decide_create);

void decide_process(benchmark::State& state) {
  Counter ids;
  const Lifetimes lifetimes;
  const auto command = approved();
  const auto payment = pending();
  for (auto _ : state) {
    auto decision = decide(payment, command, Situation{now, lifetimes, ids});
    benchmark::DoNotOptimize(decision);
  }
}
BENCHMARK(decide_process);

void render_payment(benchmark::State& state) {
  auto payment = pending();
  payment.method = PaymentMethod{.brand = Brand::visa, .last4 = "4242", .expiry = {2030, 1}};
  for (auto _ : state) {
    auto body = view::payment(payment);
    benchmark::DoNotOptimize(body);
  }
}
BENCHMARK(render_payment);

void look_for_card_numbers(benchmark::State& state) {
  const std::string description(500, '7');
  for (auto _ : state) benchmark::DoNotOptimize(holds_card_number(description));
}
BENCHMARK(look_for_card_numbers);

}  // namespace
}  // namespace pay
