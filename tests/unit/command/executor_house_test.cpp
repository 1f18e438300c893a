// What the executor does besides commands: it keeps house between batches, bounded, and saves what the relay
// has to say.
#include <gmock/gmock.h>

#include "unit/command/executor.hpp"

namespace pay::test {
namespace {

using testing::Each;
using testing::Le;
using testing::SizeIs;

TEST_F(ExecutorTest, keeps_house_between_batches) {
  std::latch kept(3);
  std::vector<std::size_t> limits;
  memory_.on_delete_keys = [&](Timestamp before, std::size_t limit) {
    EXPECT_EQ(before, clock_.now() - 24h);
    limits.push_back(limit);
    return limits.size() < 3 ? limit : 0;
  };
  memory_.on_keep_house = [&] { kept.count_down(); };
  start();
  executor_->keep_house();
  kept.wait();
  EXPECT_THAT(limits, SizeIs(3));
  executor_.reset();
}

TEST_F(ExecutorTest, deletes_notifications_a_week_after_they_were_delivered) {
  std::latch kept(3);
  std::vector<std::size_t> limits;
  memory_.on_delete_delivered = [&](Timestamp before, std::size_t limit) {
    EXPECT_EQ(before, clock_.now() - 7 * 24h);
    limits.push_back(limit);
    return limits.size() < 3 ? limit : 0;
  };
  memory_.on_keep_house = [&] { kept.count_down(); };
  start();
  executor_->keep_house();
  kept.wait();
  executor_.reset();
  EXPECT_THAT(limits, SizeIs(3));
  EXPECT_THAT(limits, Each(Le(1000U)));
}

TEST_F(ExecutorTest, leaves_a_notification_to_whoever_is_told) {
  start({.telling = {.is_told = [](std::string_view client) { return client.empty(); }, .first_try = 1s}});
  submit(creates(1));
  mailbox_.wait_for(1);
  submit({without_key(process({1}))});
  expect_done(mailbox_.wait_for(2));
  executor_.reset();
  ASSERT_THAT(memory_.notifications, SizeIs(1));
  EXPECT_EQ(memory_.notifications.at({1}).due_at, clock_.now() + 1us + 1s);
}

TEST_F(ExecutorTest, saves_settlements_with_what_else_there_is_to_commit) {
  hold_the_first_commit();
  start();
  memory_.notifications[{5}] = {.id = {5}, .payment_id = {1}, .sequence = 2};
  submit(creates(1));
  reached_.wait();
  submit({without_key(SettleNotifications{{{.id = {5}, .at = clock_.now()}}}), creates(1).front()});
  let_go_.count_down();
  const auto replies = mailbox_.wait_for(3);
  expect_done(replies);
  EXPECT_TRUE(std::holds_alternative<Settled>(*replies.at(1)));
  executor_.reset();
  EXPECT_EQ(memory_.notifications.at({5}).status, NotificationStatus::delivered);
  EXPECT_EQ(memory_.commits, 2);
}

TEST_F(ExecutorTest, goes_on_when_the_house_cannot_be_kept) {
  std::latch tried(1);
  memory_.on_delete_keys = [&](Timestamp, std::size_t) -> std::size_t {
    tried.count_down();
    throw StoreUnavailable("gone");
  };
  start();
  executor_->keep_house();
  tried.wait();
  submit(creates(1));
  expect_done(mailbox_.wait_for(1));
}

TEST_F(ExecutorTest, does_commands_between_two_turns_of_deleting_old_keys) {
  std::latch begun(1);
  memory_.on_delete_keys = [&, first = true](Timestamp, std::size_t limit) mutable {
    if (std::exchange(first, false)) begun.count_down();
    return limit;
  };
  start();
  executor_->keep_house();
  begun.wait();
  submit(creates(1));
  expect_done(mailbox_.wait_for(1));
}

}  // namespace
}  // namespace pay::test
