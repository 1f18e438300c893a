// What is to be told: born in its event's commit, settled in ordinary batches, listed and deleted.
#include <gmock/gmock.h>

#include "database.hpp"
#include "samples.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Settlement::Kind;

/// `due_at` is the database's own affair where it has a clock.
Notification but_due(Notification notification, const std::optional<Notification>& like) {
  if (like) notification.due_at = like->due_at;
  return notification;
}

TEST_P(StoreContract, a_notification_comes_back_as_it_was_saved) {
  const auto saved = sell_one(*writer_, "shöp 'one'");
  const auto found = look_at(*reader_, saved.id);
  EXPECT_EQ(found, but_due(saved, found));
  const auto loaded = writer_->load({.notifications = {saved.id, {99}}});
  writer_->roll_back();
  ASSERT_EQ(loaded.notifications.size(), 1U);
  EXPECT_EQ(loaded.notifications[0].notification, found);
  EXPECT_FALSE(loaded.notifications[0].overtaken);
}

TEST_P(StoreContract, ids_of_notifications_are_dense_and_go_on_after_a_restart) {
  EXPECT_EQ(sell(*writer_, 3).back().id.value, 3);
  writer_->load({.new_notifications = 5});
  for (int i = 0; i < 5; ++i) static_cast<void>(writer_->next_notification_id());
  writer_->roll_back();
  restart();
  EXPECT_EQ(sell_one(*writer_).id.value, 4);
}

// ---- settling ----

TEST_P(StoreContract, one_that_was_delivered_is_finished) {
  const auto born = sell_one(*writer_);
  settle(*writer_, {{.id = born.id, .kind = Kind::failed, .at = at(50), .last_error = "no answer"}});
  settle(*writer_, {{.id = born.id, .kind = Kind::delivered, .at = at(100)}});
  auto expected = born;
  expected.status = NotificationStatus::delivered;
  expected.attempts = 2;
  expected.updated_at = expected.due_at = at(100);
  EXPECT_EQ(look_at(*reader_, born.id), expected);
}

TEST_P(StoreContract, one_that_failed_waits_with_the_reason) {
  const auto born = sell_one(*writer_);
  settle(*writer_,
         {{.id = born.id, .kind = Kind::failed, .at = at(100), .retry_in = 5s, .last_error = "it's 500"}});
  const auto found = look_at(*reader_, born.id);
  auto expected = but_due(born, found);
  expected.attempts = 1;
  expected.last_error = "it's 500";
  expected.updated_at = at(100);
  EXPECT_EQ(found, expected);
  const bool goes_by_our_clock = GetParam() == Implementation::sqlite;
  if (goes_by_our_clock) EXPECT_EQ(found->due_at, at(100) + 5s);
}

TEST_P(StoreContract, a_reason_is_kept_short_and_printable_whatever_it_was) {
  const auto born = sell_one(*writer_);
  std::string garbage = "\xff\xfe\r\n\\'\x01é";
  garbage.resize(100'000, 'x');
  settle(*writer_, {{.id = born.id, .kind = Kind::dead, .at = at(100), .last_error = garbage}});
  const auto kept = look_at(*reader_, born.id)->last_error;
  EXPECT_EQ(kept.substr(0, 10), "????\\'???x");
  EXPECT_EQ(kept.size(), 200U);
}

TEST_P(StoreContract, one_that_is_dead_comes_back_when_somebody_asks_for_it) {
  const auto born = sell_one(*writer_);
  settle(*writer_, {{.id = born.id, .kind = Kind::dead, .at = at(100), .last_error = "no answer"}});
  auto expected = born;
  expected.status = NotificationStatus::dead;
  expected.attempts = 1;
  expected.last_error = "no answer";
  expected.updated_at = expected.due_at = at(100);
  EXPECT_EQ(look_at(*reader_, born.id), expected);
  settle(*writer_, {{.id = born.id, .kind = Kind::retried, .at = at(200)}});
  const auto found = look_at(*reader_, born.id);
  expected.status = NotificationStatus::pending;
  expected.attempts = 0;
  expected.updated_at = at(200);
  EXPECT_EQ(found, but_due(expected, found));
}

TEST_P(StoreContract, one_that_was_delivered_stays_so) {
  const auto born = sell_one(*writer_);
  settle(*writer_, {{.id = born.id, .kind = Kind::delivered, .at = at(100)}});
  const auto delivered = look_at(*reader_, born.id);
  for (const auto kind : {Kind::delivered, Kind::failed, Kind::dead, Kind::released, Kind::retried}) {
    settle(*writer_, {{.id = born.id, .kind = kind, .at = at(200), .retry_in = 1s, .last_error = "late"}});
    EXPECT_EQ(look_at(*reader_, born.id), delivered) << static_cast<int>(kind);
  }
}

TEST_P(StoreContract, a_late_outcome_does_not_wake_the_dead) {
  const auto born = sell_one(*writer_);
  settle(*writer_, {{.id = born.id, .kind = Kind::dead, .at = at(100), .last_error = "no answer"}});
  const auto dead = look_at(*reader_, born.id);
  for (const auto kind : {Kind::delivered, Kind::failed, Kind::dead, Kind::released}) {
    settle(*writer_, {{.id = born.id, .kind = kind, .at = at(200)}});
    EXPECT_EQ(look_at(*reader_, born.id), dead) << static_cast<int>(kind);
  }
}

TEST_P(StoreContract, settlements_of_one_batch_take_effect_in_their_order) {
  const auto born = sell(*writer_, 4);
  const auto settlement = [&](std::size_t which, Kind kind) {
    return Settlement{.id = born[which].id, .kind = kind, .at = at(100), .retry_in = 1h};
  };
  settle(*writer_, {settlement(0, Kind::delivered),
                    settlement(1, Kind::dead),
                    settlement(2, Kind::dead),
                    settlement(3, Kind::failed),
                    settlement(0, Kind::dead),
                    settlement(1, Kind::delivered),
                    settlement(2, Kind::retried),
                    settlement(3, Kind::retried),
                    settlement(2, Kind::delivered),
                    {.id = {99}, .at = at(100)}});
  EXPECT_EQ(look_at(*reader_, born[0].id)->status, NotificationStatus::delivered);
  EXPECT_EQ(look_at(*reader_, born[1].id)->status, NotificationStatus::dead);
  EXPECT_EQ(look_at(*reader_, born[2].id)->status, NotificationStatus::delivered);
  EXPECT_EQ(look_at(*reader_, born[2].id)->attempts, 1);
  EXPECT_EQ(look_at(*reader_, born[3].id)->attempts, 0);
}

TEST_P(StoreContract, thousands_are_settled_in_one_commit) {
  const auto born = sell(*writer_, 1200);
  std::vector<Settlement> settlements;
  for (const auto& one : born) settlements.push_back({.id = one.id, .at = at(5000)});
  settle(*writer_, settlements);
  EXPECT_THAT(reader_->list_notifications({.status = NotificationStatus::pending}, newest, 1200).rows,
              IsEmpty());
}

TEST_P(StoreContract, many_that_failed_alike_each_have_their_own_time) {
  const auto born = sell(*writer_, 250);
  std::vector<Settlement> settlements;
  for (std::size_t i = 0; i < born.size(); ++i) {
    settlements.push_back({.id = born[i].id,
                           .kind = i % 50 == 0 ? Kind::dead : Kind::failed,
                           .at = at(5000),
                           .retry_in = 1h + i * 1s,
                           .last_error = i % 2 == 0 ? "it's 500" : "no answer"});
  }
  settle(*writer_, settlements);
  const auto rows = reader_->list_notifications({}, newest, 250).rows;
  ASSERT_EQ(rows.size(), 250U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[rows.size() - 1 - i];
    EXPECT_EQ(row.attempts, 1);
    EXPECT_EQ(row.last_error, settlements[i].last_error);
    EXPECT_EQ(row.status, i % 50 == 0 ? NotificationStatus::dead : NotificationStatus::pending);
    if (i % 50 <= 1) continue;
    const std::chrono::duration<double> after_last = row.due_at - rows[rows.size() - i].due_at;
    EXPECT_NEAR(after_last.count(), 1, 0.5) << i;
  }
}

TEST_P(StoreContract, settlements_share_a_commit_with_payments) {
  const auto born = sell_one(*writer_);
  writer_->load({.new_payments = 1});
  auto changes = birth_of(new_payment(writer_->next_payment_id()));
  changes.settlements.push_back({.id = born.id, .at = at(100)});
  writer_->save(changes);
  EXPECT_EQ(look_at(*reader_, born.id)->status, NotificationStatus::delivered);
  EXPECT_EQ(reader_->find_payments(std::vector{changes.created[0].id}).size(), 1U);
}

TEST_P(StoreContract, one_is_overtaken_while_a_later_one_of_its_payment_is_pending_or_was_delivered) {
  const auto first = sell_one(*writer_);
  const auto second = refund_some(*writer_, first.payment_id);
  const auto other = sell_one(*writer_);
  const auto overtaken = [&] {
    std::vector<bool> each;
    const auto loaded = writer_->load({.notifications = {first.id, second.id, other.id}});
    for (const auto& one : loaded.notifications) each.push_back(one.overtaken);
    writer_->roll_back();
    return each;
  };
  EXPECT_THAT(overtaken(), ElementsAre(true, false, false));
  settle(*writer_, {{.id = first.id, .kind = Kind::dead, .at = at(100)}});
  const auto now = at(0) + 10min;
  const auto claimed = store_->open_outbox()->claim(std::vector{OutboxStore::Ask{.limit = 5}}, 1h, now);
  for (const auto& one : claimed) {
    if (one.notification.id != second.id) continue;
    settle(*writer_, {{.id = second.id, .kind = Kind::dead, .at = at(100), .claim = one.claim}});
  }
  EXPECT_THAT(overtaken(), ElementsAre(false, false, false));
  settle(*writer_, {{.id = second.id, .kind = Kind::retried, .at = at(100)}});
  settle(*writer_, {{.id = second.id, .at = at(100)}, {.id = other.id, .at = at(100)}});
  EXPECT_THAT(overtaken(), ElementsAre(true, false, false));
}

// ---- lists ----

TEST_P(StoreContract, notifications_are_listed_newest_first_by_every_filter) {
  sell(*writer_, 6, "one");
  sell(*writer_, 3, "two");
  const auto refund = refund_some(*writer_, {2});
  settle(*writer_, {{.id = {4}, .kind = Kind::dead, .at = at(100)}, {.id = {8}, .at = at(100)}});
  const auto list = [&](const NotificationFilter& filter) {
    std::vector<std::int64_t> ids;
    for (std::int64_t before = newest;;) {
      const auto slice = reader_->list_notifications(filter, before, 2);
      for (const auto id : ids_of(slice.rows)) ids.push_back(id);
      if (!slice.has_more) return ids;
      before = slice.next;
    }
  };
  EXPECT_THAT(list({}), ElementsAre(10, 9, 8, 7, 6, 5, 4, 3, 2, 1));
  EXPECT_THAT(list({.payment_id = PaymentId{2}}), ElementsAre(refund.id.value, 2));
  EXPECT_THAT(list({.status = NotificationStatus::dead}), ElementsAre(4));
  EXPECT_THAT(list({.client = "two"}), ElementsAre(9, 8, 7));
  EXPECT_THAT(list({.client = ""}), IsEmpty());
  EXPECT_THAT(list({.status = NotificationStatus::pending, .client = "two"}), ElementsAre(9, 7));
  EXPECT_THAT(list({.payment_id = PaymentId{2}, .client = "two"}), IsEmpty());
}

TEST_P(StoreContract, a_rare_notification_is_found_in_slices_that_look_at_a_bounded_number) {
  sell(*writer_, 3500);
  settle(*writer_, {{.id = {2}, .kind = Kind::dead, .at = at(5000)}});
  const NotificationFilter filter{.status = NotificationStatus::dead};
  auto slice = reader_->list_notifications(filter, newest, 20);
  int slices = 1;
  for (; slice.has_more; ++slices) {
    EXPECT_THAT(slice.rows, IsEmpty());
    slice = reader_->list_notifications(filter, slice.next, 20);
  }
  EXPECT_THAT(ids_of(slice.rows), ElementsAre(2));
  EXPECT_GE(slices, 4);
  EXPECT_LE(slices, 5);
}

TEST_P(StoreContract, a_notification_without_its_event_is_counted_with_the_orphans) {
  const auto payment = create(*writer_);
  EXPECT_EQ(reader_->count_orphans(), 0U);
  writer_->load({.new_notifications = 1});
  Changes changes = change_to(paid(payment), EventType::paid);
  changes.notifications.push_back(told(writer_->next_notification_id(), changes.events[0]));
  changes.notifications[0].sequence = 7;
  writer_->save(changes);
  EXPECT_EQ(reader_->count_orphans(), 1U);
}

// ---- housekeeping ----

TEST_P(StoreContract, those_delivered_long_ago_go_so_many_at_once) {
  for (const char* client : {"", "one", "two"}) sell(*writer_, 3, client);
  std::vector<Settlement> settlements;
  for (std::int64_t id = 1; id <= 9; ++id) {
    const auto kind = id % 3 == 0 ? Kind::dead : Kind::delivered;
    settle(*writer_, {{.id = {id}, .kind = kind, .at = at(id % 3 == 2 ? 1000 : 100)}});
  }
  const auto pending = sell_one(*writer_, "two");
  EXPECT_EQ(writer_->delete_delivered_before(at(1000), 2), 2U);
  EXPECT_EQ(writer_->delete_delivered_before(at(1000), 2), 1U);
  EXPECT_EQ(writer_->delete_delivered_before(at(1000), 2), 0U);
  EXPECT_THAT(ids_of(reader_->list_notifications({}, newest, 20).rows),
              ElementsAre(pending.id.value, 9, 8, 6, 5, 3, 2));
}

TEST_P(StoreContract, one_that_was_delivered_stays_while_an_older_one_of_its_payment_did_not_arrive) {
  const auto dead = sell_one(*writer_);
  const auto kept = refund_some(*writer_, dead.payment_id);
  const auto sold = sell(*writer_, 3);
  settle(*writer_, {{.id = dead.id, .kind = Kind::dead, .at = at(100)}, {.id = kept.id, .at = at(100)}});
  for (const auto& one : sold) settle(*writer_, {{.id = one.id, .at = at(200)}});
  EXPECT_LE(writer_->delete_delivered_before(at(1000), 1), 1U);
  EXPECT_EQ(writer_->delete_delivered_before(at(1000), 2), 2U) << "what stays is not in the way";
  writer_->delete_delivered_before(at(1000), 2);
  EXPECT_EQ(writer_->delete_delivered_before(at(1000), 9), 0U);
  EXPECT_THAT(ids_of(reader_->list_notifications({}, newest, 20).rows),
              ElementsAre(kept.id.value, dead.id.value));
  EXPECT_EQ(look_at(*reader_, kept.id)->updated_at, at(100));
  EXPECT_TRUE(writer_->load({.notifications = {dead.id}}).notifications.at(0).overtaken);
  writer_->roll_back();
}

TEST_P(MysqlContract, those_of_many_clients_are_deleted_some_clients_a_turn) {
  const auto writer = database_->open()->open_writer();
  std::vector<Settlement> settlements;
  for (int i = 0; i < 60; ++i) {
    settlements.push_back({.id = sell_one(*writer, std::to_string(i)).id, .at = at(100)});
  }
  settle(*writer, settlements);
  EXPECT_EQ(writer->delete_delivered_before(at(1000), 1000), 50U);
  EXPECT_EQ(writer->delete_delivered_before(at(1000), 1000), 10U);
  EXPECT_EQ(writer->delete_delivered_before(at(1000), 1000), 0U);
}

TEST_P(StoreContract, thousands_that_were_delivered_go_at_once) {
  std::vector<Settlement> settlements;
  for (const auto& one : sell(*writer_, 1200, "one")) settlements.push_back({.id = one.id, .at = at(5000)});
  settle(*writer_, settlements);
  EXPECT_EQ(writer_->delete_delivered_before(at(5001), 1000), 1000U);
  EXPECT_EQ(writer_->delete_delivered_before(at(5001), 1000), 200U);
}

}  // namespace
}  // namespace pay::test
