// Several instances on one database: rows and keys make them wait for each other, ids never meet, and what an
// instance leaves behind is cleaned up.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include <future>
#include <thread>

#include "database.hpp"
#include "samples.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST_P(MysqlContract, a_locked_payment_is_loaded_as_the_other_writer_left_it) {
  const auto store = database_->open();
  const auto here = store->open_writer();
  const auto there = store->open_writer();
  const auto payment = create(*here);
  here->load({.payments = {payment.id}});
  auto waiting = std::async(std::launch::async, [&] { return there->load({.payments = {payment.id}}); });
  EXPECT_EQ(waiting.wait_for(200ms), std::future_status::timeout);
  here->save(change_to(paid(payment), EventType::paid));
  EXPECT_THAT(waiting.get().payments, ElementsAre(paid(payment)));
  there->roll_back();
}

TEST_P(MysqlContract, waiting_for_a_stuck_writer_ends_as_a_conflict) {
  const auto store = database_->open();
  const auto stuck = store->open_writer();
  const auto other = store->open_writer();
  const auto payment = create(*stuck);
  stuck->load({.payments = {payment.id}});
  EXPECT_THROW(other->load({.payments = {payment.id}}), StoreConflict);
  stuck->roll_back();
  EXPECT_THAT(other->load({.payments = {payment.id}}).payments, ElementsAre(payment));
  other->roll_back();
}

TEST_P(MysqlContract, ids_that_are_not_there_yet_lock_nothing) {
  const auto store = database_->open();
  const auto here = store->open_writer();
  const auto there = store->open_writer();
  here->load({.payments = {{1}, {500}}, .keys = {{.client = "", .key = "k"}}});
  const auto payment = create(*there);
  EXPECT_EQ(payment.version, 1);
  here->roll_back();
}

TEST_P(MysqlContract, a_key_that_another_instance_wrote_first_is_a_conflict_and_seen_at_the_next_try) {
  const auto store = database_->open();
  const auto first = store->open_writer();
  const auto second = store->open_writer();
  const Wanted wanted{.keys = {{.client = "shop", .key = "k"}}, .new_payments = 1};
  const auto birth_with_key = [&](WriteStore& writer) {
    const auto payment = new_payment(writer.next_payment_id());
    auto changes = birth_of(payment);
    changes.keys.push_back(key_about(payment, "k", "shop"));
    return changes;
  };
  EXPECT_TRUE(first->load(wanted).keys.empty());
  EXPECT_TRUE(second->load(wanted).keys.empty());
  const auto winner = birth_with_key(*first);
  first->save(winner);
  const auto loser = birth_with_key(*second);
  EXPECT_THROW(second->save(loser), StoreConflict);
  const auto seen = second->load(wanted);
  ASSERT_EQ(seen.keys.size(), 1U);
  EXPECT_EQ(seen.keys[0].payment, winner.created[0]);
  EXPECT_EQ(second->next_payment_id(), loser.created[0].id) << "the loser's id came back";
  second->roll_back();
  EXPECT_THAT(store->open_reader()->find_payments(std::vector{loser.created[0].id}), testing::IsEmpty());
}

TEST_P(MysqlContract, racing_writers_lose_no_change) {
  const auto store = database_->open();
  const auto payment = create(*store->open_writer());
  constexpr int rounds = 100;
  const auto work = [&] {
    const auto writer = store->open_writer();
    for (int done = 0; done < rounds;) {
      try {
        auto now = writer->load({.payments = {payment.id}}).payments.at(0);
        now.refunded_minor += 1;
        ++now.version;
        writer->save(change_to(now, EventType::refunded));
        ++done;
      } catch (const StoreConflict&) {
        continue;
      }
    }
  };
  {
    std::jthread other(work);
    work();
  }
  const auto reader = store->open_reader();
  const auto after = reader->find_payments(std::vector{payment.id}).at(0);
  EXPECT_EQ(after.refunded_minor, 2 * rounds);
  EXPECT_EQ(after.version, 1 + 2 * rounds);
  EXPECT_EQ(reader->list_events(payment.id, 0, 1000)->rows.size(), 1U + 2 * rounds);
}

TEST_P(MysqlContract, writers_draw_ids_that_never_meet) {
  const auto store = database_->open();
  const auto work = [&](std::vector<std::int64_t>& ids) {
    const auto writer = store->open_writer();
    for (int i = 0; i < 8; ++i) {
      for (const auto id : ids_of(create_many(*writer, 700, [](Payment&) {}))) ids.push_back(id);
    }
  };
  std::vector<std::int64_t> here;
  std::vector<std::int64_t> there;
  {
    std::jthread other(work, std::ref(there));
    work(here);
  }
  here.insert(here.end(), there.begin(), there.end());
  std::ranges::sort(here);
  EXPECT_EQ(std::ranges::adjacent_find(here), here.end());
}

TEST_P(MysqlContract, ids_are_given_back_unless_another_instance_drew_since) {
  const auto store = database_->open();
  {
    const auto writer = store->open_writer();
    create_many(*writer, 3, [](Payment&) {});
    writer->close();
  }
  EXPECT_EQ(database_->ask("SELECT next FROM id_block WHERE name = 'payments'"), "4");
  const auto first = store->open_writer();
  EXPECT_EQ(create(*first).id.value, 4);
  const auto second = store->open_writer();
  EXPECT_EQ(create(*second).id.value, 1004);
  first->close();
  EXPECT_EQ(database_->ask("SELECT next FROM id_block WHERE name = 'payments'"), "2004");
  second->close();
  EXPECT_EQ(database_->ask("SELECT next FROM id_block WHERE name = 'payments'"), "1005");
}

// ---- the writer's row ----

TEST_P(MysqlContract, a_writer_is_known_from_its_opening_to_its_closing) {
  const auto store = database_->open();
  const auto writer = store->open_writer();
  EXPECT_EQ(database_->ask("SELECT last_batch FROM writer"), "0");
  create(*writer);
  create(*writer);
  EXPECT_EQ(database_->ask("SELECT last_batch FROM writer"), "2");
  writer->close();
  EXPECT_EQ(database_->ask("SELECT COUNT(*) FROM writer"), "0");
}

TEST_P(MysqlContract, housekeeping_removes_writers_that_were_silent_for_a_day) {
  const auto store = database_->open();
  const auto writer = store->open_writer();
  const auto alive = database_->ask("SELECT instance FROM writer");
  const auto slept = store->open_writer();
  database_->run("UPDATE writer SET updated_at = updated_at - 25 * 3600 * 1000000");
  database_->run(
      "INSERT INTO writer VALUES (REPEAT('a', 32), 1, CAST(UNIX_TIMESTAMP() * 1000000 AS SIGNED))");
  writer->keep_house();
  EXPECT_EQ(
      database_->ask("SELECT GROUP_CONCAT(instance = '" + alive + "' OR instance LIKE 'aaaa%') FROM writer"),
      "1,1");
  EXPECT_NO_THROW(create(*slept)) << "who slept for a day goes on";
  EXPECT_EQ(database_->ask("SELECT COUNT(*) FROM writer"), "3");
}

TEST_P(MysqlContract, connections_that_were_cut_while_idle_are_made_again) {
  const auto store = database_->open();
  const auto writer = store->open_writer();
  const auto reader = store->open_reader();
  const auto payment = create(*writer);
  reader->ping();
  database_->kill_connections();
  EXPECT_THAT(reader->find_payments(std::vector{payment.id}), ElementsAre(payment));
  EXPECT_THAT(writer->load({.payments = {payment.id}}).payments, ElementsAre(payment));
  writer->roll_back();
  database_->kill_connections();
  EXPECT_NO_THROW(writer->keep_house());
  database_->kill_connections();
  EXPECT_EQ(writer->delete_keys_before(at(0), 10), 0U);
  database_->kill_connections();
  EXPECT_NO_THROW(writer->close());
}

TEST_P(MysqlContract, a_page_of_a_large_list_reads_a_bounded_number_of_rows) {
  const auto store = database_->open();
  const auto writer = store->open_writer();
  for (int i = 0; i < 4; ++i) {
    create_many(*writer, 5000, [](Payment& payment) {
      payment.order_id = {1};
      payment.client = "shop";
    });
  }
  const std::string schema =
      GetParam() == Implementation::mysql ? "performance_schema" : "information_schema";
  const auto rows_read = [&] {
    return std::stoll(database_->ask("SELECT CAST(SUM(variable_value) AS SIGNED) FROM " + schema +
                                     ".global_status WHERE variable_name IN "
                                     "('Handler_read_next', 'Handler_read_prev', 'Handler_read_rnd_next')"));
  };
  const auto reader = store->open_reader();
  const std::vector<PaymentFilter> filters = {{},
                                              {.order_id = OrderId{1}},
                                              {.client = "shop"},
                                              {.status = Status::paid},
                                              {.order_id = OrderId{1}, .status = Status::paid},
                                              {.client = "shop", .created_from = at(10'000'000)}};
  for (const auto& filter : filters) {
    const auto before = rows_read();
    const auto idle = rows_read() - before;
    reader->list_payments(filter, 15'000, 20);
    EXPECT_LT(rows_read() - before - 2 * idle, 2200);
  }
}

}  // namespace
}  // namespace pay::test
