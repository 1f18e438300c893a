// Claims: what is due is given to one instance at a time, the longest due first, of a payment only the
// oldest that is pending.
#include <gmock/gmock.h>

#include <mutex>
#include <set>
#include <thread>

#include "database.hpp"
#include "samples.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Settlement::Kind;

/// Later than every birth in these tests, earlier than whatever waits for an hour.
constexpr auto a_while = 10min;

class Outbox : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    if (store_) outbox_ = store_->open_outbox();
  }
  std::vector<Claimed> claim(const std::string& client, std::size_t limit,
                             std::chrono::milliseconds lease = 1h) {
    const std::vector<OutboxStore::Ask> asks{{.client = client, .limit = limit}};
    return outbox_->claim(asks, lease, now_);
  }
  /// Until something is due; fails when nothing is for long.
  std::vector<Claimed> claim_eventually(const std::string& client) {
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < give_up) {
      if (auto claimed = claim(client, 10); !claimed.empty()) return claimed;
      std::this_thread::sleep_for(5ms);
      now_ += 5ms;
    }
    ADD_FAILURE() << "nothing became due";
    return {};
  }

  std::unique_ptr<OutboxStore> outbox_;
  Timestamp now_ = at(0) + a_while;
};

TEST_P(Outbox, nothing_is_due_where_nothing_happened) {
  EXPECT_THAT(claim("", 10), IsEmpty());
  EXPECT_THAT(outbox_->claim({}, 1h, now_), IsEmpty());
}

TEST_P(Outbox, a_claim_brings_the_notification_and_its_event) {
  const auto born = sell_one(*writer_, "shop");
  change(*writer_, canceled(reader_->find_payments(std::vector{born.payment_id}).at(0)), EventType::canceled);
  const auto claimed = claim("shop", 10);
  ASSERT_EQ(claimed.size(), 1U);
  auto expected = born;
  expected.due_at = claimed[0].notification.due_at;
  EXPECT_EQ(claimed[0].notification, expected);
  EXPECT_EQ(claimed[0].event.type, EventType::paid);
  EXPECT_EQ(claimed[0].event.after, reader_->list_events(born.payment_id, 1, 1)->rows.at(0).after);
}

TEST_P(Outbox, what_is_claimed_is_not_given_again) {
  sell(*writer_, 5);
  EXPECT_THAT(ids_of(claim("", 3)), ElementsAre(1, 2, 3));
  EXPECT_THAT(ids_of(claim("", 3)), ElementsAre(4, 5));
  EXPECT_THAT(claim("", 3), IsEmpty());
}

TEST_P(Outbox, each_client_has_its_own_share) {
  sell(*writer_, 4, "one");
  sell(*writer_, 4, "two");
  sell(*writer_, 4, "");
  const std::vector<OutboxStore::Ask> asks{
      {.client = "two", .limit = 2}, {.client = "", .limit = 3}, {.client = "one", .limit = 0}};
  EXPECT_THAT(ids_of(outbox_->claim(asks, 1h, now_)), ElementsAre(5, 6, 9, 10, 11));
  EXPECT_THAT(claim("t", 10), IsEmpty());
  EXPECT_THAT(ids_of(claim("one", 10)), ElementsAre(1, 2, 3, 4));
}

TEST_P(Outbox, everybody_for_whom_something_waits_is_known) {
  EXPECT_THAT(outbox_->list_waiting(), IsEmpty());
  sell(*writer_, 2, "shop");
  sell(*writer_, 1);
  sell(*writer_, 1, "books");
  EXPECT_THAT(outbox_->list_waiting(), ElementsAre("", "books", "shop"));
  settle(*writer_, {{.id = {4}, .at = at(100)}, {.id = {3}, .kind = Kind::dead, .at = at(100)}});
  EXPECT_THAT(outbox_->list_waiting(), ElementsAre("shop"));
}

TEST_P(Outbox, the_longest_due_goes_first) {
  sell(*writer_, 1, "shop", -1s);
  sell(*writer_, 1, "shop", -3s);
  sell(*writer_, 1, "shop", -2s);
  EXPECT_THAT(ids_of(claim("shop", 2)), ElementsAre(2, 3));
  EXPECT_THAT(ids_of(claim("shop", 2)), ElementsAre(1));
}

TEST_P(Outbox, what_is_not_due_yet_waits) {
  sell_one(*writer_, "shop", 1h);
  EXPECT_THAT(claim("shop", 10), IsEmpty());
}

TEST_P(Outbox, its_writer_has_a_moment_for_the_first_try) {
  sell_one(*writer_, "shop", 30ms);
  now_ = at(0);
  EXPECT_THAT(ids_of(claim_eventually("shop")), ElementsAre(1));
}

TEST_P(Outbox, a_claim_that_is_over_is_given_again) {
  sell_one(*writer_, "shop");
  EXPECT_THAT(ids_of(claim("shop", 10, 30ms)), ElementsAre(1));
  EXPECT_THAT(ids_of(claim_eventually("shop")), ElementsAre(1));
}

TEST_P(Outbox, only_the_oldest_pending_of_a_payment_is_given) {
  const auto first = sell_one(*writer_, "shop");
  const auto second = refund_some(*writer_, first.payment_id);
  const auto third = refund_some(*writer_, first.payment_id);
  EXPECT_THAT(ids_of(claim("shop", 10)), ElementsAre(first.id.value));
  EXPECT_THAT(claim("shop", 10), IsEmpty()) << "the first is under way";
  settle(*writer_, {{.id = first.id, .at = now_}});
  const auto claimed = claim_eventually("shop");
  EXPECT_THAT(ids_of(claimed), ElementsAre(second.id.value));
  EXPECT_THAT(claim("shop", 10), IsEmpty()) << "the second is under way";
  settle(*writer_, {{.id = second.id, .kind = Kind::dead, .at = now_, .claim = claimed.at(0).claim}});
  EXPECT_THAT(ids_of(claim_eventually("shop")), ElementsAre(third.id.value))
      << "a dead one lets the next pass";
}

TEST_P(Outbox, one_that_is_not_due_holds_the_later_ones_of_its_payment_up) {
  const auto first = sell_one(*writer_, "shop", 1h);
  refund_some(*writer_, first.payment_id);
  EXPECT_THAT(claim("shop", 10), IsEmpty());
  settle(*writer_, {{.id = first.id, .kind = Kind::failed, .at = now_, .retry_in = 1h}});
  EXPECT_THAT(claim("shop", 10), IsEmpty());
}

TEST_P(Outbox, what_waits_for_an_older_one_comes_when_that_one_is_done) {
  const auto first = sell_one(*writer_, "shop");
  settle(*writer_, {{.id = first.id, .kind = Kind::failed, .at = now_, .retry_in = 50ms}});
  const auto second = refund_some(*writer_, first.payment_id);
  EXPECT_THAT(claim("shop", 10), IsEmpty());
  EXPECT_THAT(ids_of(claim_eventually("shop")), ElementsAre(first.id.value));
  settle(*writer_, {{.id = first.id, .at = now_}});
  EXPECT_THAT(ids_of(claim_eventually("shop")), ElementsAre(second.id.value));
}

TEST_P(Outbox, many_that_wait_do_not_hide_what_is_due) {
  constexpr std::size_t waiting = 1500;
  const auto sold = sell(*writer_, waiting, "shop", 1h);
  refund_all(*writer_, sold, -1h);
  const auto due = sell_one(*writer_, "shop");
  std::vector<std::int64_t> claimed;
  int claims = 0;
  for (; claimed.empty() && claims < 20; ++claims) claimed = ids_of(claim("shop", 1));
  EXPECT_THAT(claimed, ElementsAre(due.id.value));
  EXPECT_LE(claims, 7);
}

TEST_P(Outbox, many_that_wait_do_not_hide_those_that_they_wait_for) {
  const auto sold = sell(*writer_, 300, "shop", -1h);
  refund_all(*writer_, sold, -2h);
  std::vector<Claimed> claimed;
  for (int claims = 0; claimed.empty() && claims < 4; ++claims) claimed = claim("shop", 1);
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].notification.type, EventType::paid);
  EXPECT_EQ(claim("shop", 300).size(), 299U);
}

TEST_P(Outbox, one_that_failed_is_given_again_when_its_time_has_come) {
  const auto born = sell(*writer_, 2, "shop");
  const auto claimed = claim("shop", 10);
  ASSERT_EQ(claimed.size(), 2U);
  const auto& token = claimed[0].claim;
  settle(*writer_, {{.id = born[0].id, .kind = Kind::failed, .at = now_, .retry_in = 1h, .claim = token},
                    {.id = born[1].id, .kind = Kind::failed, .at = now_, .retry_in = 20ms, .claim = token}});
  const auto again = claim_eventually("shop");
  EXPECT_THAT(ids_of(again), ElementsAre(2));
  EXPECT_EQ(again.at(0).notification.attempts, 1);
}

TEST_P(Outbox, one_that_was_released_is_due_at_once) {
  const auto born = sell_one(*writer_, "shop");
  const auto claimed = claim("shop", 10);
  ASSERT_EQ(claimed.size(), 1U);
  settle(*writer_, {{.id = born.id, .kind = Kind::released, .at = now_, .claim = claimed[0].claim}});
  const auto again = claim("shop", 10);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].notification.attempts, 0);
}

TEST_P(Outbox, one_that_somebody_asks_for_is_due_at_once) {
  const auto born = sell(*writer_, 2, "shop", 1h);
  settle(*writer_, {{.id = born[0].id, .kind = Kind::failed, .at = now_, .retry_in = 1h},
                    {.id = born[1].id, .kind = Kind::dead, .at = now_}});
  EXPECT_THAT(claim("shop", 10), IsEmpty());
  settle(*writer_, {{.id = born[0].id, .kind = Kind::retried, .at = now_},
                    {.id = born[1].id, .kind = Kind::retried, .at = now_}});
  EXPECT_EQ(claim("shop", 10).size(), 2U);
}

TEST_P(Outbox, to_ask_for_one_that_is_under_way_does_not_have_it_tried_twice_at_a_time) {
  const auto born = sell_one(*writer_, "shop");
  EXPECT_EQ(claim("shop", 10, 100ms).size(), 1U);
  settle(*writer_, {{.id = born.id, .kind = Kind::retried, .at = now_}});
  EXPECT_THAT(claim("shop", 10), IsEmpty());
  EXPECT_EQ(claim_eventually("shop").size(), 1U);
}

TEST_P(Outbox, what_waits_behind_one_that_is_due_is_left_alone_for_a_moment) {
  const auto first = sell_one(*writer_, "shop");
  const auto second = refund_some(*writer_, first.payment_id);
  EXPECT_EQ(claim("shop", 10).size(), 1U);
  settle(*writer_, {{.id = first.id, .at = now_}});
  EXPECT_THAT(claim("shop", 10), IsEmpty());
  EXPECT_THAT(ids_of(claim_eventually("shop")), ElementsAre(second.id.value));
}

TEST_P(Outbox, a_thousand_may_be_claimed_at_once) {
  sell(*writer_, 1300, "shop");
  EXPECT_EQ(claim("shop", 1200).size(), 1200U);
  EXPECT_EQ(claim("shop", 1200).size(), 100U);
}

INSTANTIATE_TEST_SUITE_P(On, Outbox,
                         testing::Values(Implementation::sqlite, Implementation::mariadb,
                                         Implementation::mysql, Implementation::galera),
                         name_of_run);

// ---- several instances ----

TEST_P(MysqlContract, two_outboxes_that_race_never_both_get_a_row) {
  const auto store = database_->open();
  sell(*store->open_writer(), 2000, "shop");
  std::mutex mutex;
  std::set<std::int64_t> claimed;
  const auto work = [&] {
    const auto outbox = store->open_outbox();
    const std::vector<OutboxStore::Ask> asks{{.client = "shop", .limit = 64}};
    const auto give_up = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < give_up) {
      const auto mine = outbox->claim(asks, 1h, {});
      const std::lock_guard lock(mutex);
      for (const auto id : ids_of(mine)) EXPECT_TRUE(claimed.insert(id).second) << id << " was given twice";
      if (claimed.size() == 2000) return;
    }
    ADD_FAILURE() << "not all were given";
  };
  {
    const std::jthread second(work);
    const std::jthread third(work);
    work();
  }
  EXPECT_EQ(claimed.size(), 2000U);
}

TEST_P(MysqlContract, claims_and_settlements_race_and_every_row_is_delivered_once) {
  const auto store = database_->open();
  constexpr int rows = 600;
  sell(*store->open_writer(), rows, "shop");
  std::mutex mutex;
  std::set<std::int64_t> delivered;
  const auto work = [&] {
    const auto outbox = store->open_outbox();
    const auto writer = store->open_writer();
    const std::vector<OutboxStore::Ask> asks{{.client = "shop", .limit = 16}};
    const auto give_up = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < give_up) {
      std::vector<Settlement> settlements;
      for (const auto& one : outbox->claim(asks, 1h, {})) {
        settlements.push_back({.id = one.notification.id, .at = at(5000)});
      }
      for (bool saved = settlements.empty(); !saved;) {
        try {
          settle(*writer, settlements);
          saved = true;
        } catch (const StoreConflict&) {
          continue;
        }
      }
      const std::lock_guard lock(mutex);
      for (const auto& one : settlements) EXPECT_TRUE(delivered.insert(one.id.value).second);
      if (delivered.size() == rows) return;
    }
    ADD_FAILURE() << "not all were delivered";
  };
  {
    const std::jthread other(work);
    work();
  }
  EXPECT_EQ(database_->ask("SELECT COUNT(*) FROM notifications WHERE status = 'delivered' AND attempts = 1"),
            std::to_string(rows));
}

TEST_P(MysqlContract, a_try_whose_claim_is_over_changes_nothing_but_by_success) {
  const auto store = database_->open();
  const auto writer = store->open_writer();
  const auto reader = store->open_reader();
  const auto outbox = store->open_outbox();
  const auto id = sell_one(*writer, "shop").id;
  const std::vector<OutboxStore::Ask> asks{{.client = "shop", .limit = 5}};
  const auto over = outbox->claim(asks, 0ms, {}).at(0).claim;
  const auto current = outbox->claim(asks, 1h, {}).at(0).claim;
  EXPECT_NE(over, current);
  const auto before = look_at(*reader, id);
  for (const auto& late : {std::string(), over}) {
    for (const auto kind : {Kind::failed, Kind::dead, Kind::released}) {
      settle(*writer, {{.id = id, .kind = kind, .at = at(200), .last_error = "late", .claim = late}});
      EXPECT_EQ(look_at(*reader, id), before) << static_cast<int>(kind);
    }
  }
  settle(*writer, {{.id = id, .kind = Kind::failed, .at = at(300), .retry_in = 1h, .claim = current}});
  EXPECT_EQ(look_at(*reader, id)->attempts, 1);
  settle(*writer, {{.id = id, .at = at(400), .claim = over}});
  EXPECT_EQ(look_at(*reader, id)->status, NotificationStatus::delivered);
}

TEST_P(MysqlContract, once_somebody_asks_for_one_that_is_under_way_its_failure_no_longer_counts) {
  const auto store = database_->open();
  const auto writer = store->open_writer();
  const auto reader = store->open_reader();
  const auto outbox = store->open_outbox();
  const auto id = sell_one(*writer, "shop").id;
  const std::vector<OutboxStore::Ask> asks{{.client = "shop", .limit = 5}};
  const auto token = outbox->claim(asks, 1h, {}).at(0).claim;
  settle(*writer, {{.id = id, .kind = Kind::retried, .at = at(100)}});
  const auto before = look_at(*reader, id);
  for (const auto kind : {Kind::failed, Kind::dead}) {
    settle(*writer, {{.id = id, .kind = kind, .at = at(200), .retry_in = 1h, .claim = token}});
    EXPECT_EQ(look_at(*reader, id), before) << static_cast<int>(kind);
  }
  EXPECT_THAT(outbox->claim(asks, 1h, {}), IsEmpty()) << "its lease is not over";
  settle(*writer, {{.id = id, .at = at(300), .claim = token}});
  EXPECT_EQ(look_at(*reader, id)->status, NotificationStatus::delivered);
}

TEST_P(MysqlContract, a_dead_one_stays_dead_when_a_later_one_is_born_while_it_is_asked_for) {
  const auto store = database_->open();
  const auto writer = store->open_writer();
  const auto other = store->open_writer();
  const auto reader = store->open_reader();
  const auto sold = sell_one(*writer, "shop");
  settle(*writer, {{.id = sold.id, .kind = Kind::dead, .at = at(100)}});
  EXPECT_FALSE(writer->load({.notifications = {sold.id}}).notifications.at(0).overtaken);
  refund_some(*other, sold.payment_id);
  Changes retry;
  retry.settlements.push_back({.id = sold.id, .kind = Kind::retried, .at = at(200)});
  writer->save(retry);
  EXPECT_EQ(look_at(*reader, sold.id)->status, NotificationStatus::dead);
}

TEST_P(MysqlContract, an_outbox_whose_connection_was_cut_while_idle_goes_on) {
  const auto store = database_->open();
  const auto writer = store->open_writer();
  const auto outbox = store->open_outbox();
  const std::vector<OutboxStore::Ask> asks{{.client = "", .limit = 5}};
  EXPECT_THAT(outbox->claim(asks, 1h, {}), IsEmpty());
  sell(*writer, 2);
  database_->kill_connections();
  EXPECT_EQ(outbox->claim(asks, 1h, {}).size(), 2U);
}

TEST_P(MysqlContract, a_claim_goes_by_the_clock_of_the_database) {
  const auto store = database_->open();
  const auto outbox = store->open_outbox();
  sell_one(*store->open_writer(), "shop", 1h);
  const std::vector<OutboxStore::Ask> asks{{.client = "shop", .limit = 5}};
  EXPECT_THAT(outbox->claim(asks, 1h, at(0) + std::chrono::years{100}), IsEmpty());
  database_->run("UPDATE notifications SET due_at = CAST(UNIX_TIMESTAMP() * 1000000 AS SIGNED) - 1");
  EXPECT_EQ(outbox->claim(asks, 1h, at(0) - std::chrono::years{100}).size(), 1U);
}

}  // namespace
}  // namespace pay::test
