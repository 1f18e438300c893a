// What others are told of: notifications born with the events that cause them, and what a wish to send one
// again does.
#include <gmock/gmock.h>

#include "unit/command/batch.hpp"

namespace pay::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using Kind = Settlement::Kind;

class Notifications : public Batch {
 protected:
  Notifications() {
    world_.telling = {.is_told = [](std::string_view client) { return client != "deaf"; }, .first_try = 1s};
  }
  /// A paid payment's first notification, after this was settled.
  NotificationId told(Kind kind) {
    have({process()});
    const auto id = changes_.notifications.front().id;
    settle({.id = id, .kind = kind, .at = world_.clock.now(), .retry_in = 1h, .last_error = "500"});
    return id;
  }
  void settle(Settlement settlement) { run_one(without_key(SettleNotifications{{std::move(settlement)}})); }
  Result<Reply> retry(NotificationId id) { return run_one(without_key(RetryNotification{id})); }
};

TEST_F(Notifications, are_born_with_what_is_told_of) {
  struct Row {
    const char* what;
    std::vector<Command> before;
    Command command;
    std::optional<EventType> told;
  };
  auto manual = create();
  manual.capture_method = CaptureMethod::manual;
  const std::vector<Row> rows{
      {"a creation", {}, create(), {}},
      {"a payment", {}, process(), EventType::paid},
      {"a decline", {}, declined_process(), {}},
      {"a second process", {process()}, process(), {}},
      {"a cancellation", {}, CancelPayment{.id = {}, .reason = {}}, {}},
      {"a refund of part", {process()}, refund_of("1"), EventType::refunded},
      {"a refund above what is left", {process()}, refund_of("101"), {}},
      {"an undone payment", {process()}, UndoPayment{}, EventType::refunded},
      {"an undone payment that was never paid", {}, UndoPayment{}, {}},
      {"an undone order", {process()}, UndoOrder{.order_id = {11}}, EventType::refunded},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    memory_ = {};
    world_.ids = {};
    auto commands = row.before;
    commands.push_back(row.command);
    have(std::move(commands));
    const auto& born = changes_.notifications;
    ASSERT_EQ(born.size(), row.told ? 1U : 0U);
    if (row.told) EXPECT_EQ(born.front().type, *row.told);
    EXPECT_EQ(world_.ids.notifications, static_cast<std::int64_t>(memory_.notifications.size()));
  }
}

TEST_F(Notifications, name_their_event_and_begin_with_a_first_try_of_who_wrote_them) {
  auto command = create();
  command.client = "shop";
  run_one(without_key(command));
  const auto paid = payment_of(run_one(without_key(process({1}))));
  EXPECT_EQ(changes_.notifications, (std::vector{Notification{.id = {1},
                                                              .payment_id = {1},
                                                              .sequence = 2,
                                                              .type = EventType::paid,
                                                              .client = "shop",
                                                              .last_error = {},
                                                              .created_at = paid.updated_at,
                                                              .updated_at = paid.updated_at,
                                                              .due_at = paid.updated_at + 1s}}));
  const auto refunded = payment_of(run_one(without_key(refund_of("1", {1}))));
  ASSERT_THAT(changes_.notifications, SizeIs(1));
  EXPECT_EQ(changes_.notifications.front().due_at, refunded.updated_at)
      << "an older one may have to go first";
  EXPECT_EQ(changes_.notifications.front().sequence, 3);
}

TEST_F(Notifications, of_a_capture_are_as_those_of_a_payment) {
  auto command = create();
  command.capture_method = CaptureMethod::manual;
  run_one(without_key(command));
  run_one(without_key(process({1})));
  EXPECT_THAT(changes_.notifications, IsEmpty()) << "authorized";
  run_one(without_key(CapturePayment{.id = {1}}));
  ASSERT_THAT(changes_.notifications, SizeIs(1));
  EXPECT_EQ(changes_.notifications.front().type, EventType::paid);
}

TEST_F(Notifications, are_not_born_and_draw_no_id_when_nobody_is_told) {
  auto command = create();
  command.client = "deaf";
  run({without_key(command), without_key(process({1}))});
  EXPECT_THAT(changes_.notifications, IsEmpty());
  world_.telling.reset();
  have({process()});
  EXPECT_THAT(changes_.notifications, IsEmpty());
  EXPECT_EQ(world_.ids.notifications, 0);
}

TEST_F(Notifications, of_one_batch_come_in_the_order_of_their_events) {
  have();
  run({without_key(process({1})), without_key(refund_of("1", {1})), without_key(UndoPayment{{1}})});
  std::vector<std::pair<std::int64_t, std::int64_t>> born;
  for (const auto& one : changes_.notifications) born.emplace_back(one.id.value, one.sequence);
  EXPECT_EQ(born, (std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 2}, {2, 3}, {3, 4}}));
}

TEST_F(Notifications, settle_as_the_relay_says) {
  const auto id = told(Kind::failed);
  EXPECT_EQ(changes_.settlements, (std::vector{Settlement{.id = id,
                                                          .kind = Kind::failed,
                                                          .at = world_.clock.now() - 1s,
                                                          .retry_in = 1h,
                                                          .last_error = "500"}}));
  EXPECT_EQ(memory_.notifications.at(id).attempts, 1);
}

TEST_F(Notifications, that_wait_or_are_dead_are_retried_at_once_with_their_attempts_counted_anew) {
  for (const auto kind : {Kind::failed, Kind::dead, Kind::released}) {
    const auto id = told(kind);
    const auto now = world_.clock.now();
    const auto reply = retry(id);
    ASSERT_TRUE(reply);
    EXPECT_EQ(changes_.settlements,
              (std::vector{Settlement{.id = id, .kind = Kind::retried, .at = now, .last_error = {}}}));
    const auto& shown = notification_of(reply);
    EXPECT_EQ(shown.status, NotificationStatus::pending);
    EXPECT_EQ(shown.attempts, 0);
    EXPECT_EQ(shown.due_at, now);
    EXPECT_EQ(shown, memory_.notifications.at(id)) << "the reply is what the store keeps";
  }
}

TEST_F(Notifications, that_were_delivered_stay_so_when_retried) {
  const auto id = told(Kind::delivered);
  run_one(without_key(refund_of("1", {1})));
  settle({.id = changes_.notifications.front().id, .at = world_.clock.now()});
  const auto reply = retry(id);
  EXPECT_TRUE(changes_.empty());
  EXPECT_EQ(notification_of(reply), memory_.notifications.at(id));
}

TEST_F(Notifications, that_are_dead_stay_so_while_a_later_one_is_on_its_way) {
  const auto id = told(Kind::dead);
  run_one(without_key(refund_of("1", {1})));
  EXPECT_EQ(retry(id).error().code, ErrorCode::invalid_state);
}

TEST_F(Notifications, that_were_overtaken_are_not_retried_and_it_is_said_where_to_look) {
  const auto id = told(Kind::dead);
  run_one(without_key(refund_of("1", {1})));
  settle({.id = changes_.notifications.front().id, .at = world_.clock.now()});
  const auto reply = retry(id);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::invalid_state);
  for (const auto& detail : {reply.error().detail.en, reply.error().detail.fr}) {
    EXPECT_NE(detail.find("GET /payments/1/events"), std::string::npos) << detail;
  }
  EXPECT_TRUE(changes_.empty());
}

TEST_F(Notifications, that_are_not_there_or_of_another_client_are_not_found) {
  const auto id = told(Kind::dead);
  EXPECT_EQ(retry({99}).error().code, ErrorCode::not_found);
  EXPECT_EQ(run_one(of_client("other", without_key(RetryNotification{id}))).error().code,
            ErrorCode::not_found);
  EXPECT_TRUE(changes_.empty());
  EXPECT_TRUE(run_one(of_client("", without_key(RetryNotification{id}))));
}

TEST_F(Notifications, of_one_batch_see_each_other) {
  const auto id = told(Kind::dead);
  run_one(without_key(refund_of("1", {1})));
  const auto later = changes_.notifications.front().id;
  const auto now = world_.clock.now();
  settle({.id = later, .kind = Kind::dead, .at = now});
  const auto replies = run({without_key(RetryNotification{later}), without_key(RetryNotification{id}),
                            without_key(SettleNotifications{{{.id = later, .at = now}}}),
                            without_key(RetryNotification{later})});
  EXPECT_EQ(notification_of(replies[0]).status, NotificationStatus::pending);
  ASSERT_FALSE(replies[1]) << "the later one is on its way";
  EXPECT_EQ(replies[1].error().code, ErrorCode::invalid_state);
  EXPECT_EQ(notification_of(replies[3]).status, NotificationStatus::delivered);
}

TEST(Wanted, of_a_retry_is_its_notification) {
  const std::vector jobs{without_key(RetryNotification{{9}}), without_key(RetryNotification{{3}}),
                         without_key(RetryNotification{{9}}),
                         without_key(SettleNotifications{{{.id = {5}}}})};
  const auto wanted = what_is_wanted(jobs);
  EXPECT_EQ(wanted.notifications, (std::vector<NotificationId>{{3}, {9}}));
  EXPECT_TRUE(wanted.payments.empty());
  EXPECT_EQ(wanted.new_notifications, 0U);
}

}  // namespace
}  // namespace pay::test
