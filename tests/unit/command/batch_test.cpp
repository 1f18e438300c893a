// Several commands in one commit: they see each other's effects, and a key's second use sees the first. The
// batches run on a memory that behaves as a database does.
#include <gmock/gmock.h>

#include "unit/command/batch.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(Batch, of_several_commands_on_one_payment_decides_one_after_the_other) {
  const auto id = have();
  const auto replies = run({without_key(declined_process(id)), without_key(process(id)),
                            without_key(refund_of("40", id)), without_key(UndoPayment{id})});
  EXPECT_EQ(reply_of(replies[0]).refusal, ErrorCode::card_declined);
  EXPECT_EQ(payment_of(replies[1]).status, Status::paid);
  EXPECT_EQ(payment_of(replies[2]).status, Status::partially_refunded);
  EXPECT_EQ(payment_of(replies[3]).status, Status::refunded);
  EXPECT_EQ(changes_.updated, std::vector{payment_of(replies[3])});
  std::vector<std::int64_t> versions;
  for (const auto& event : changes_.events) versions.push_back(event.after.version);
  EXPECT_THAT(versions, ElementsAre(2, 3, 4, 5));
}

TEST_F(Batch, never_refunds_more_than_was_captured) {
  const auto id = have({process()});
  const auto replies = run(std::vector<Job>(5, without_key(refund_of("30.00", id))));
  std::vector<std::optional<ErrorCode>> refusals;
  for (const auto& reply : replies) refusals.push_back(reply_of(reply).refusal);
  EXPECT_THAT(refusals, ElementsAre(std::nullopt, std::nullopt, std::nullopt,
                                    ErrorCode::amount_exceeds_captured, ErrorCode::amount_exceeds_captured));
  EXPECT_EQ(memory_.payments.at(id).refunded_minor, 9000);
  EXPECT_EQ(changes_.refunds.size(), 3U);
  EXPECT_EQ(world_.ids.refunds, 3);
}

TEST_F(Batch, charges_once_however_many_processes_race) {
  const auto id = have();
  const auto replies = run(std::vector<Job>(4, without_key(process(id))));
  for (const auto& reply : replies) {
    EXPECT_EQ(reply_of(reply).refusal, std::nullopt);
    EXPECT_EQ(payment_of(reply).version, 2);
  }
  EXPECT_EQ(changes_.attempts.size(), 1U);
}

TEST_F(Batch, saves_a_payment_born_and_changed_in_it_as_created_in_its_last_state) {
  const auto replies = run({without_key(create()), without_key(process({1}))});
  EXPECT_EQ(changes_.created, std::vector{payment_of(replies[1])});
  EXPECT_THAT(changes_.updated, IsEmpty());
  EXPECT_EQ(changes_.events.size(), 2U);
  EXPECT_EQ(payment_of(replies[0]).status, Status::pending);
}

TEST_F(Batch, of_equal_keys_does_the_first_and_repeats_its_reply) {
  const auto replies = run({with_key(create(), "k"), with_key(create(), "k"), with_key(create(), "other")});
  EXPECT_EQ(payment_of(replies[1]), payment_of(replies[0]));
  EXPECT_FALSE(reply_of(replies[0]).replayed);
  EXPECT_TRUE(reply_of(replies[1]).replayed);
  EXPECT_NE(payment_of(replies[2]).id, payment_of(replies[0]).id);
  EXPECT_EQ(memory_.payments.size(), 2U);
  EXPECT_EQ(world_.ids.payments, 2);
  EXPECT_EQ(changes_.keys.size(), 2U);
}

TEST_F(Batch, keeps_the_keys_of_clients_apart) {
  run({with_key(create(), "k", "shop"), with_key(create(), "k", "café"), with_key(create(), "K", "shop")});
  EXPECT_EQ(memory_.payments.size(), 3U);
}

TEST_F(Batch, tells_the_state_that_a_key_protected_and_not_a_later_one) {
  const auto first = payment_of(run_one(with_key(create(), "k")));
  run({without_key(process(first.id)), without_key(UndoPayment{first.id})});
  const auto again = run_one(with_key(create(), "k"));
  EXPECT_EQ(payment_of(again), first);
  EXPECT_TRUE(reply_of(again).replayed);
  EXPECT_TRUE(changes_.empty());
}

TEST_F(Batch, tells_a_state_of_the_same_batch_too) {
  const auto id = have();
  const auto replies =
      run({with_key(process(id), "k"), without_key(UndoPayment{id}), with_key(process(id), "k")});
  EXPECT_EQ(payment_of(replies[2]).status, Status::paid);
  EXPECT_EQ(memory_.payments.at(id).status, Status::refunded);
}

TEST_F(Batch, repeats_a_decline_and_a_conflict) {
  const auto id = have();
  run_one(with_key(declined_process(id), "declined"));
  run_one(with_key(refund_of("1", id), "refused"));
  run_one(without_key(process(id)));
  const auto declined = run_one(with_key(declined_process(id), "declined"));
  EXPECT_EQ(reply_of(declined).refusal, ErrorCode::card_declined);
  EXPECT_EQ(payment_of(declined).version, 2);
  const auto refused = run_one(with_key(refund_of("1", id), "refused"));
  EXPECT_EQ(reply_of(refused).refusal, ErrorCode::invalid_state);
  EXPECT_EQ(memory_.payments.at(id).refunded_minor, 0);
}

TEST_F(Batch, refuses_a_key_that_protects_another_command) {
  run_one(with_key(create(), "k"));
  EXPECT_EQ(run_one(with_key(create(12), "k")).error().code, ErrorCode::idempotency_key_reused);
  EXPECT_EQ(run_one(with_key(process({1}), "k")).error().code, ErrorCode::idempotency_key_reused);
  const auto replies = run({with_key(create(), "l"), with_key(create(12), "l")});
  EXPECT_EQ(replies[1].error().code, ErrorCode::idempotency_key_reused);
  EXPECT_EQ(memory_.payments.size(), 2U);
}

TEST_F(Batch, refuses_a_key_whose_first_command_still_runs) {
  auto job = with_key(create(), "k");
  memory_.keys[job.protection->key] = {
      .key = job.protection->key, .fingerprint = job.protection->fingerprint, .state = KeyState::running};
  EXPECT_EQ(run_one(job).error().code, ErrorCode::idempotency_key_in_use);
  EXPECT_TRUE(changes_.empty());
}

TEST_F(Batch, keeps_no_key_of_what_is_not_found_or_not_valid) {
  EXPECT_EQ(run_one(with_key(process({1}), "a")).error().code, ErrorCode::not_found);
  EXPECT_EQ(run_one(with_key(create(11, "0.001"), "b")).error().code, ErrorCode::invalid_request);
  EXPECT_TRUE(changes_.empty());

  have();
  EXPECT_EQ(payment_of(run_one(with_key(process({1}), "a"))).status, Status::paid);
  EXPECT_EQ(payment_of(run_one(with_key(create(), "b"))).version, 1);
}

TEST_F(Batch, keeps_the_key_of_a_repeat_that_changed_nothing) {
  const auto id = have({process()});
  run_one(with_key(process(id), "k"));
  EXPECT_THAT(changes_.events, IsEmpty());
  EXPECT_EQ(changes_.keys.size(), 1U);
  run_one(without_key(UndoPayment{id}));
  EXPECT_EQ(payment_of(run_one(with_key(process(id), "k"))).status, Status::paid);
}

TEST_F(Batch, undoes_an_order_with_the_payments_created_in_it) {
  const auto old = have({process()});
  const auto replies = run({without_key(create()), without_key(process({2})), without_key(create()),
                            without_key(create(12)), without_key(UndoOrder{.order_id = {11}})});
  const auto& order = order_of(replies.back());
  std::vector<std::pair<std::int64_t, Status>> states;
  for (const auto& payment : order.payments) states.emplace_back(payment.id.value, payment.status);
  EXPECT_THAT(states, ElementsAre(std::pair(3, Status::canceled), std::pair(2, Status::refunded),
                                  std::pair(old.value, Status::refunded)));
  EXPECT_EQ(memory_.payments.at({4}).status, Status::pending);
}

TEST_F(Batch, undoes_no_payment_of_another_order_that_happens_to_be_loaded) {
  const auto other = payment_of(run_one(without_key(create(12)))).id;
  have();
  run({without_key(process(other)), without_key(UndoOrder{.order_id = {11}})});
  EXPECT_EQ(memory_.payments.at(other).status, Status::paid);
}

TEST_F(Batch, tells_an_orders_payments_as_they_are_now_when_its_key_comes_again) {
  const Command undo = UndoOrder{.order_id = {11}};
  EXPECT_THAT(order_of(run_one(with_key(undo, "k"))).payments, IsEmpty());
  const auto id = have();
  const auto again = run_one(with_key(undo, "k"));
  EXPECT_TRUE(order_of(again).replayed);
  EXPECT_EQ(order_of(again).payments, std::vector{memory_.payments.at(id)});
  EXPECT_EQ(memory_.payments.at(id).status, Status::pending);
}

TEST_F(Batch, undoes_at_most_so_many_payments_of_an_order_and_goes_on_when_asked_again) {
  run(std::vector<Job>(max_payments_per_order + 5, without_key(create())));
  const auto canceled = [&] {
    return std::ranges::count(memory_.payments, Status::canceled,
                              [](const auto& p) { return p.second.status; });
  };
  run_one(without_key(UndoOrder{.order_id = {11}}));
  EXPECT_EQ(canceled(), static_cast<std::int64_t>(max_payments_per_order));
  EXPECT_EQ(memory_.payments.at({1}).status, Status::pending);
  run_one(without_key(UndoOrder{.order_id = {11}}));
  EXPECT_EQ(canceled(), static_cast<std::int64_t>(max_payments_per_order + 5));
}

TEST(Wanted, is_what_the_commands_name_in_order_and_once) {
  const std::vector jobs{with_key(process({9}), "b"),   without_key(refund_of("1", {3})),
                         without_key(UndoPayment{{9}}), with_key(create(), "a"),
                         with_key(create(), "a"),       without_key(UndoOrder{.order_id = {5}})};
  const auto wanted = what_is_wanted(jobs);
  EXPECT_THAT(wanted.payments, ElementsAre(PaymentId{3}, PaymentId{9}));
  EXPECT_THAT(wanted.orders, ElementsAre(WantedOrder{.id = {5}}));
  EXPECT_THAT(wanted.keys, ElementsAre(IdempotencyKey{"", "a"}, IdempotencyKey{"", "b"}));
  EXPECT_EQ(wanted.new_payments, 2U);
  EXPECT_EQ(wanted.new_attempts, 1U);
  EXPECT_EQ(wanted.new_refunds, 2 + max_payments_per_order);
  EXPECT_EQ(wanted.new_notifications, 3 + max_payments_per_order);
}

}  // namespace
}  // namespace pay::test
