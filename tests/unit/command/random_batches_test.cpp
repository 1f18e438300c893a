// Thousands of random commands, cut into random batches, against a model that knows nothing of batches: one
// payment is four numbers and a status. At the end every payment is what the model says, and holds for
// `verify`. The seed is printed; set PAY_TEST_SEED to run one again.
#include <gmock/gmock.h>

#include <cstdio>

#include "unit/command/random.hpp"

namespace pay::test {
namespace {

/// The least that tells one payment from another.
struct Expected {
  std::int64_t order = 0;
  bool manual = false;
  std::string status = "pending";
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::int64_t changes = 1;
};

class Model {
 public:
  void create(std::int64_t order, bool manual) { payments_.push_back({.order = order, .manual = manual}); }
  void process(std::size_t i, bool approved) {
    auto& p = payments_.at(i);
    if (p.status != "pending") return;
    ++p.changes;
    if (!approved) return;
    p.status = p.manual ? "authorized" : "paid";
    p.captured = p.manual ? 0 : total;
  }
  void capture(std::size_t i, std::int64_t minor) {
    auto& p = payments_.at(i);
    if (p.status != "authorized" || minor > total) return;
    ++p.changes;
    p.status = "paid";
    p.captured = minor;
  }
  void cancel(std::size_t i) {
    auto& p = payments_.at(i);
    if (p.status != "pending" && p.status != "authorized") return;
    ++p.changes;
    p.status = "canceled";
  }
  void refund(std::size_t i, std::int64_t minor) {
    auto& p = payments_.at(i);
    const auto left = p.captured - p.refunded;
    if ((p.status != "paid" && p.status != "partially_refunded") || minor > left) return;
    ++p.changes;
    p.refunded += minor;
    p.status = minor == left ? "refunded" : "partially_refunded";
  }
  void undo(std::size_t i) {
    cancel(i);
    refund(i, payments_.at(i).captured - payments_.at(i).refunded);
  }
  void undo_order(std::int64_t order) {
    for (std::size_t i = 0; i < payments_.size(); ++i) {
      if (payments_.at(i).order == order) undo(i);
    }
  }
  [[nodiscard]] const std::vector<Expected>& payments() const { return payments_; }

 private:
  std::vector<Expected> payments_;
};

/// Draws commands and tells the model of each, unless it is a repeat under a key that was used before.
class Script {
 public:
  explicit Script(std::uint32_t seed) : random_(seed) {}

  Job next() {
    const bool repeats = !keyed_.empty() && chance(10);
    if (repeats) return keyed_.at(below(keyed_.size()));
    Job job = without_key(draw());
    if (chance(30)) {
      job = with_key(std::move(job.command), fmt::format("key-{}", keyed_.size()));
      // A 404 is not kept: its key may mean something later. Everything else here is a reply that is.
      keyed_.push_back(job);
    }
    return job;
  }
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }
  [[nodiscard]] const Model& model() const { return model_; }

 private:
  bool chance(std::size_t percent) { return below(100) < percent; }

  Command draw() {
    const auto count = model_.payments().size();
    if (count == 0 || chance(15)) {
      const auto order = static_cast<std::int64_t>(1 + below(20));
      auto command = create(order);
      if (chance(50)) command.capture_method = CaptureMethod::manual;
      model_.create(order, command.capture_method == CaptureMethod::manual);
      return command;
    }
    const auto at = below(count);
    const PaymentId id{static_cast<std::int64_t>(at) + 1};
    const auto minor = static_cast<std::int64_t>(1 + below(total + total / 10));
    const auto text = to_decimal_text(minor, cad);
    switch (below(20)) {
      case 0:
        model_.cancel(at);
        return CancelPayment{.id = id};
      case 1:
        model_.undo(at);
        return UndoPayment{.id = id};
      case 2: {
        const auto order = static_cast<std::int64_t>(1 + below(20));
        if (!chance(10)) return ExpirePayment{.id = id};
        model_.undo_order(order);
        return UndoOrder{.order_id = {order}};
      }
      case 3:
      case 4:
        model_.process(at, false);
        return declined_process(id);
      case 5:
      case 6:
        model_.capture(at, minor);
        return CapturePayment{.id = id, .amount = amount(text)};
      case 7:
        model_.capture(at, total);
        return CapturePayment{.id = id};
      case 8:
      case 9:
      case 10:
        model_.process(at, true);
        return process(id);
      default:
        model_.refund(at, minor / 4 + 1);
        return refund_of(to_decimal_text(minor / 4 + 1, cad), id);
    }
  }

  std::mt19937 random_;
  Model model_;
  std::vector<Job> keyed_;
};

void run(Script& script, Memory& memory, std::size_t commands) {
  World world;
  world.telling = {.is_told = [](std::string_view) { return true; }, .first_try = 1s};
  while (commands > 0) {
    std::vector<Job> jobs;
    const auto size = std::min(commands, 1 + script.below(script.below(4) == 0 ? 200 : 8));
    for (std::size_t i = 0; i < size; ++i) jobs.push_back(script.next());
    const auto outcome = decide_batch(jobs, memory.load(what_is_wanted(jobs)), world.situation());
    for (const auto& reply : outcome.replies) {
      EXPECT_TRUE(reply) << name(reply.error().code);
    }
    memory.apply(outcome.changes);
    // A clock that stands, goes on and goes back.
    world.clock.advance(std::chrono::microseconds(script.below(100)) - 20us);
    commands -= size;
  }
}

/// One for each event that others are told of, in the same order, and no id for nothing.
void expect_to_be_told(const Memory& memory) {
  std::vector<Notification> told;
  for (const auto& [id, notification] : memory.notifications) told.push_back(notification);
  std::size_t next = 0;
  for (const auto& event : memory.events) {
    if (!is_told(event.type)) continue;
    ASSERT_LT(next, told.size());
    const auto& notification = told.at(next++);
    EXPECT_EQ(notification.id.value, static_cast<std::int64_t>(next));
    EXPECT_EQ(notification.payment_id, event.after.id);
    EXPECT_EQ(notification.sequence, event.after.version);
  }
  EXPECT_EQ(next, told.size());
}

TEST(RandomBatches, end_where_single_commands_would) {
  const auto seed = seed_of_this_run();
  SCOPED_TRACE(fmt::format("PAY_TEST_SEED={}", seed));
  std::printf("seed %u\n", seed);
  Script script(seed);
  Memory memory;
  run(script, memory, 10'000);

  const auto& expected = script.model().payments();
  ASSERT_EQ(memory.payments.size(), expected.size());
  for (const auto& [id, payment] : memory.payments) {
    const auto& model = expected.at(static_cast<std::size_t>(id.value - 1));
    EXPECT_EQ(payment.order_id.value, model.order) << id.value;
    EXPECT_EQ(name(payment.status), model.status) << id.value;
    EXPECT_EQ(payment.captured_minor, model.captured) << id.value;
    EXPECT_EQ(payment.refunded_minor, model.refunded) << id.value;
    EXPECT_EQ(payment.version, model.changes) << id.value;
    expect_to_hold(memory, payment);
  }
  expect_to_be_told(memory);
}

}  // namespace
}  // namespace pay::test
