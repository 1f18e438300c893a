// The executor on a memory that a test can hold up and break: how batches form, and what is answered when the
// world is broken. Nothing here waits for time but what the executor itself waits for.
#include "unit/command/executor.hpp"

#include <gmock/gmock.h>

namespace pay::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(ExecutorTest, takes_all_that_came_while_a_commit_ran_into_the_next) {
  hold_the_first_commit();
  start();
  submit(creates(1));
  reached_.wait();
  submit(creates(3));
  submit(creates(2));
  EXPECT_EQ(executor_->queue_length(), 5U);
  let_go_.count_down();
  expect_done(mailbox_.wait_for(6));
  EXPECT_THAT(counter_.commits, ElementsAre(1, 5));
  EXPECT_THAT(mailbox_.deliveries(), ElementsAre(1, 5));
  EXPECT_EQ(memory_.commits, 2);
}

TEST_F(ExecutorTest, takes_no_more_than_the_limit_into_one_commit) {
  hold_the_first_commit();
  start({.batch_limit = 2});
  submit(creates(1));
  reached_.wait();
  submit(creates(5));
  let_go_.count_down();
  mailbox_.wait_for(6);
  EXPECT_THAT(counter_.commits, ElementsAre(1, 2, 2, 1));
}

TEST_F(ExecutorTest, refuses_at_once_what_does_not_fit_into_the_queue) {
  hold_the_first_commit();
  start({.queue_limit = 3});
  submit(creates(1));
  reached_.wait();
  EXPECT_EQ(submit(creates(5)), 2U);
  EXPECT_EQ(submit(creates(1)), 1U);
  let_go_.count_down();
  expect_done(mailbox_.wait_for(4));
  EXPECT_EQ(memory_.payments.size(), 4U);
}

TEST_F(ExecutorTest, commits_nothing_where_nothing_changed) {
  start();
  submit({without_key(process({1}))});
  EXPECT_THAT(codes_of(mailbox_.wait_for(1)), ElementsAre(ErrorCode::not_found));
  EXPECT_EQ(memory_.commits, 0);
  EXPECT_EQ(memory_.roll_backs, 1);
}

/// Throws an error so many times, then nothing.
template <class Failure>
auto failing(int times) {
  return [times](auto&&...) mutable {
    if (times-- > 0) throw Failure("scripted");
  };
}

TEST_F(ExecutorTest, decides_again_after_a_conflict_at_the_commit) {
  memory_.before_commit = failing<StoreConflict>(3);
  start();
  submit(creates(1));
  expect_done(mailbox_.wait_for(1));
  EXPECT_EQ(counter_.replays, 3);
  EXPECT_THAT(memory_.payments, SizeIs(1));
  EXPECT_TRUE(memory_.payments.contains({1})) << "the ids of the tries came back";
}

TEST_F(ExecutorTest, decides_again_after_a_conflict_at_the_load) {
  memory_.on_load = failing<StoreConflict>(2);
  start();
  submit(creates(1));
  expect_done(mailbox_.wait_for(1));
  EXPECT_EQ(counter_.replays, 2);
}

TEST_F(ExecutorTest, decides_on_what_another_instance_wrote_in_between) {
  auto job = with_key(create(), "k");
  memory_.before_commit = [&, first = true](const Changes& ours) mutable {
    if (!std::exchange(first, false)) return;
    memory_.apply(ours);
    throw StoreConflict("the other instance had the key first");
  };
  start();
  submit({job});
  const auto replies = mailbox_.wait_for(1);
  EXPECT_TRUE(std::get<PaymentReply>(*replies.front()).replayed);
  EXPECT_THAT(memory_.payments, SizeIs(1));
}

TEST_F(ExecutorTest, gives_up_on_a_conflict_that_does_not_end) {
  memory_.before_commit = failing<StoreConflict>(1'000'000);
  start();
  submit(creates(1));
  EXPECT_THAT(codes_of(mailbox_.wait_for(1)), ElementsAre(ErrorCode::unavailable));
  EXPECT_THAT(memory_.payments, IsEmpty());
}

TEST_F(ExecutorTest, has_a_bad_command_fail_alone) {
  hold_the_first_commit();
  const auto held = memory_.before_commit;
  memory_.before_commit = [&](const Changes& changes) {
    held(changes);
    const bool has_bad_one =
        std::ranges::any_of(changes.created, [](const Payment& p) { return p.order_id.value == 2; });
    if (has_bad_one) throw StoreRejected("order 2 does not fit");
  };
  start();
  submit({without_key(create(100))});
  reached_.wait();
  submit(creates(4));
  let_go_.count_down();
  const auto replies = mailbox_.wait_for(5);
  EXPECT_THAT(codes_of(replies), ElementsAre(ErrorCode::unavailable));
  EXPECT_FALSE(replies.at(2));
  EXPECT_THAT(memory_.payments, SizeIs(4));
  EXPECT_THAT(counter_.commits, ElementsAre(1, 1, 1, 1));
}

TEST_F(ExecutorTest, tells_nobody_why_the_database_refused) {
  memory_.before_commit = failing<StoreRejected>(1);
  start();
  submit(creates(1));
  const auto replies = mailbox_.wait_for(1);
  EXPECT_EQ(replies.front().error().internal, "scripted");
  EXPECT_EQ(replies.front().error().detail.en, "");
}

TEST_F(ExecutorTest, fails_a_whole_batch_without_a_database_and_does_the_next) {
  hold_the_first_commit();
  memory_.on_load = [n = 0]() mutable {
    if (++n == 2) throw StoreUnavailable("gone");
  };
  start();
  submit(creates(1));
  reached_.wait();
  submit(creates(3));
  let_go_.count_down();
  EXPECT_THAT(codes_of(mailbox_.wait_for(4)), testing::Each(ErrorCode::unavailable));
  EXPECT_THAT(codes_of(mailbox_.wait_for(4)), SizeIs(3));
  submit(creates(1));
  EXPECT_TRUE(mailbox_.wait_for(5).back());
  EXPECT_THAT(memory_.payments, SizeIs(2));
}

TEST_F(ExecutorTest, fails_a_batch_whose_commit_found_no_database) {
  memory_.before_commit = failing<StoreUnavailable>(1);
  start();
  submit(creates(1));
  EXPECT_THAT(codes_of(mailbox_.wait_for(1)), ElementsAre(ErrorCode::unavailable));
  submit(creates(1));
  EXPECT_TRUE(mailbox_.wait_for(2).back());
  EXPECT_TRUE(memory_.payments.contains({1}));
}

TEST_F(ExecutorTest, does_not_repeat_a_lost_commit_that_happened) {
  memory_.after_commit = failing<CommitLost>(1);
  memory_.on_resolve = [] { return true; };
  start();
  submit(creates(1));
  expect_done(mailbox_.wait_for(1));
  EXPECT_THAT(memory_.payments, SizeIs(1));
  EXPECT_EQ(counter_.replays, 0);
}

TEST_F(ExecutorTest, repeats_a_lost_commit_that_did_not_happen) {
  memory_.before_commit = failing<CommitLost>(2);
  start();
  submit(creates(1));
  expect_done(mailbox_.wait_for(1));
  EXPECT_THAT(memory_.payments, SizeIs(1));
  EXPECT_EQ(counter_.replays, 2);
}

TEST_F(ExecutorTest, gives_up_when_every_commit_is_lost) {
  memory_.before_commit = failing<CommitLost>(1'000'000);
  start();
  submit(creates(1));
  EXPECT_THAT(codes_of(mailbox_.wait_for(1)), ElementsAre(ErrorCode::unavailable));
  EXPECT_THAT(memory_.payments, IsEmpty());
}

TEST_F(ExecutorTest, never_runs_commands_again_for_what_breaks_after_their_commit) {
  counter_.is_broken = true;
  start();
  submit(creates(3));
  mailbox_.wait_for(3);
  EXPECT_THAT(memory_.payments, SizeIs(3));
}

TEST_F(ExecutorTest, asks_again_after_a_lost_commit_until_the_database_is_back) {
  memory_.after_commit = failing<CommitLost>(1);
  memory_.on_resolve = [n = 0]() mutable -> bool {
    if (++n < 3) throw StoreUnavailable("not back yet");
    return true;
  };
  start();
  submit(creates(1));
  expect_done(mailbox_.wait_for(1));
  EXPECT_THAT(memory_.payments, SizeIs(1));
}

TEST_F(ExecutorTest, answers_unavailable_when_nobody_can_say_whether_a_commit_happened) {
  memory_.after_commit = failing<CommitLost>(1);
  memory_.on_resolve = []() -> bool { throw std::runtime_error("the writer's row is gone"); };
  start();
  submit({with_key(create(), "k")});
  EXPECT_THAT(codes_of(mailbox_.wait_for(1)), ElementsAre(ErrorCode::unavailable));
  submit({with_key(create(), "k")});
  EXPECT_TRUE(std::get<PaymentReply>(*mailbox_.wait_for(2).back()).replayed)
      << "the same key asked again tells";
  EXPECT_THAT(memory_.payments, SizeIs(1));
}

TEST_F(ExecutorTest, finishes_what_was_submitted_and_closes_the_store_at_its_end) {
  hold_the_first_commit();
  bool closed = false;
  memory_.on_close = [&] {
    closed = true;
    EXPECT_EQ(memory_.payments.size(), 8U);
  };
  start({.batch_limit = 3});
  submit(creates(1));
  reached_.wait();
  submit(creates(7));
  let_go_.count_down();
  executor_.reset();
  EXPECT_EQ(mailbox_.size(), 8U);
  EXPECT_TRUE(closed);
}

TEST_F(ExecutorTest, ends_though_the_store_cannot_be_closed) {
  memory_.on_close = failing<StoreUnavailable>(1);
  start();
  executor_.reset();
}

}  // namespace
}  // namespace pay::test
