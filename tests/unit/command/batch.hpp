#pragma once

#include <gtest/gtest.h>

#include "support/memory_store.hpp"
#include "unit/command/samples.hpp"

/// Batches on a memory that behaves as a database does.
namespace pay::test {

class Batch : public testing::Test {
 protected:
  /// Loads, decides and saves, as the executor does.
  std::vector<Result<Reply>> run(std::vector<Job> jobs) {
    auto outcome = decide_batch(jobs, memory_.load(what_is_wanted(jobs)), world_.situation());
    changes_ = outcome.changes;
    memory_.apply(outcome.changes);
    world_.clock.advance(1s);
    return std::move(outcome.replies);
  }
  Result<Reply> run_one(Job job) { return run({std::move(job)}).front(); }

  /// A payment of 100.00, as it is after the commands.
  PaymentId have(std::vector<Command> commands = {}, std::string client = {}) {
    auto first = create();
    first.client = std::move(client);
    const auto id = payment_of(run_one(without_key(std::move(first)))).id;
    for (auto& command : commands) {
      std::visit(
          [&](auto& c) {
            if constexpr (requires { c.id = id; }) c.id = id;
          },
          command);
      EXPECT_TRUE(run_one(without_key(command)));
    }
    return id;
  }

  /// The way of a command that needs a provider: asked, answered, settled.
  Result<Reply> settle(const Result<Reply>& asked, Outcome outcome) {
    const auto& ask = std::get<Ask>(*asked);
    const auto& attempt = ask.instruction->attempt;
    return run_one(without_key(SettleAttempt{.id = attempt.payment_id,
                                             .attempt = attempt.id,
                                             .outcome = std::move(outcome),
                                             .was_looked_up = ask.look_up}));
  }
  /// A payment of 100.00 that was paid at a provider with outside effects.
  PaymentId have_at_provider(Outcome outcome = Succeeded{visa_4242, "auth_1"}, std::string client = {}) {
    world_.ask({"bank"});
    const auto id = have({}, std::move(client));
    settle(run_one(asking(without_key(token_process(id)))), std::move(outcome));
    return id;
  }

  static const Ask& ask_of(const Result<Reply>& reply) { return std::get<Ask>(*reply); }
  static bool is_ask_first(const Result<Reply>& reply) {
    return reply && std::holds_alternative<AskFirst>(*reply);
  }
  static const PaymentReply& reply_of(const Result<Reply>& reply) { return std::get<PaymentReply>(*reply); }
  static const Payment& payment_of(const Result<Reply>& reply) { return reply_of(reply).payment; }
  static const OrderReply& order_of(const Result<Reply>& reply) { return std::get<OrderReply>(*reply); }
  static const Notification& notification_of(const Result<Reply>& reply) {
    return std::get<NotificationReply>(*reply).notification;
  }

  World world_;
  Memory memory_;
  Changes changes_;
};

}  // namespace pay::test
