// The schema comes up from nothing, from the reference's database, and from whatever a killed attempt left,
// however many instances do it at once.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include <atomic>
#include <random>
#include <thread>

#include "attempt_samples.hpp"
#include "database.hpp"
#include "storage/mysql/mysql_store.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

/// The reference's own table, as its init.sql makes it.
constexpr auto reference_schema =
    "CREATE TABLE payments (id INT AUTO_INCREMENT PRIMARY KEY, order_id INT, user_id INT, "
    "total_amount DECIMAL(12,2), is_paid BOOLEAN, created_at TIMESTAMP);";

class Adoption : public MysqlContract {
 protected:
  [[nodiscard]] std::string reason_not_to_open() const {
    try {
      static_cast<void>(mysql::open(database_->options()));
    } catch (const StoreRejected& e) {
      return e.what();
    }
    return "it opened";
  }
  [[nodiscard]] std::string count(const std::string& what) const {
    return database_->ask("SELECT COUNT(*) FROM " + what);
  }

  /// Several instances start at once, every `rounds` times most of them die on the way.
  void start_many(int rounds, unsigned seed) {
    std::mt19937 random(seed);
    for (int round = 0; round < rounds; ++round) {
      std::atomic<int> running = 4;
      std::vector<std::jthread> instances;
      for (int i = 0; i < 4; ++i) {
        instances.emplace_back([&] {
          try {
            static_cast<void>(mysql::open(database_->options()));
          } catch (const StoreUnavailable&) {
            // killed
          } catch (const std::exception& e) {
            ADD_FAILURE() << e.what();
          }
          --running;
        });
      }
      while (running > 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 20));
        database_->kill_connections();
      }
    }
  }
};

TEST_P(Adoption, an_empty_database_is_brought_up_by_many_at_once) {
  std::vector<std::jthread> instances;
  for (int i = 0; i < 8; ++i) {
    instances.emplace_back([&] {
      try {
        const auto store = database_->open();
        create(*store->open_writer());
      } catch (const std::exception& e) {
        ADD_FAILURE() << e.what();
      }
    });
  }
  instances.clear();
  EXPECT_EQ(count("payments"), "8");
  EXPECT_EQ(count("schema_version"), "3");
  EXPECT_EQ(count("id_block"), "4");
}

/// What the third version brought.
constexpr auto back_to_the_second =
    "ALTER TABLE payments DROP COLUMN action_url, DROP COLUMN action_expires_at, DROP COLUMN provider, "
    "DROP COLUMN provider_reference, DROP COLUMN open_attempt; "
    "ALTER TABLE events DROP COLUMN action_url, DROP COLUMN action_expires_at; "
    "ALTER TABLE clients DROP COLUMN methods; DROP TABLE provider_calls; "
    "DELETE FROM schema_version WHERE version > 2";

TEST_P(Adoption, a_database_of_the_second_version_keeps_its_rows) {
  const Client shop{.name = "shop", .notify_url = {}, .created_at = at(1), .keys = {}};
  Payment sold = new_payment({1});
  {
    const auto store = database_->open();
    const auto writer = store->open_writer();
    sold = change(*writer, paid(create(*writer)), EventType::paid);
    store->open_clients()->add_client(shop);
    writer->close();
  }
  database_->run(back_to_the_second);
  std::vector<std::jthread> instances;
  for (int i = 0; i < 4; ++i) instances.emplace_back([&] { EXPECT_NO_THROW(database_->open()); });
  instances.clear();
  const auto store = database_->open();
  const auto reader = store->open_reader();
  EXPECT_THAT(reader->scan_payments({0}, 10), ElementsAre(sold));
  EXPECT_THAT(reader->scan_events({1}, {9}), SizeIs(2));
  EXPECT_THAT(store->open_clients()->list_clients(), ElementsAre(shop));
  EXPECT_EQ(ask_for_one(*store->open_writer()).payment_id.value, 2);
}

TEST_P(Adoption, a_service_of_the_second_version_may_still_write_while_the_third_comes_up) {
  const auto store = database_->open();
  database_->run(
      "INSERT INTO payments (id, order_id, user_id, amount_minor, currency, capture_method, description, "
      "client, "
      "metadata, created_at, status, authorized_minor, captured_minor, refunded_minor, version, updated_at) "
      "VALUES (1, 1, 7, 5950, 'CAD', 'automatic', '', '', '', 1, 'pending', 0, 0, 0, 1, 1)");
  EXPECT_FALSE(store->open_reader()->find_payments(std::vector<PaymentId>{{1}}).at(0).custody);
}

TEST_P(Adoption, a_database_of_the_first_version_keeps_its_rows) {
  {
    const auto store = database_->open();
    const auto writer = store->open_writer();
    create_many(*writer, 5, [](Payment&) {});
    writer->close();
  }
  database_->run(back_to_the_second);
  database_->run(
      "DROP TABLE notifications; DROP TABLE clients; DROP TABLE client_keys; "
      "DELETE FROM id_block WHERE name = 'notifications'; DELETE FROM schema_version WHERE version > 1");
  std::vector<std::jthread> instances;
  for (int i = 0; i < 4; ++i) instances.emplace_back([&] { EXPECT_NO_THROW(database_->open()); });
  instances.clear();
  const auto store = database_->open();
  EXPECT_EQ(store->open_reader()->scan_payments({0}, 10).size(), 5U);
  const auto writer = store->open_writer();
  const auto sold = sell_one(*writer);
  EXPECT_EQ(sold.payment_id.value, 6);
  EXPECT_EQ(sold.id.value, 1);
}

TEST_P(Adoption, a_migration_of_a_served_database_does_not_begin_ids_again) {
  const auto store = database_->open();
  sell(*store->open_writer(), 3);
  database_->run("DELETE FROM schema_version WHERE version > 1");
  const auto again = database_->open();
  EXPECT_GT(sell_one(*again->open_writer()).id.value, 3);
}

TEST_P(Adoption, an_empty_database_is_brought_up_though_attempts_are_killed) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  start_many(5, seed);
  const auto store = database_->open();
  EXPECT_EQ(create(*store->open_writer()).id.value, 1);
}

TEST_P(Adoption, a_database_that_is_not_there_is_made) {
  database_->run("DROP DATABASE " + database_->options().database);
  const auto store = database_->open();
  EXPECT_EQ(create(*store->open_writer()).id.value, 1);
}

TEST_P(Adoption, a_newer_schema_is_refused) {
  database_->open();
  database_->run("INSERT INTO schema_version VALUES (99, 0)");
  EXPECT_THAT(reason_not_to_open(), HasSubstr("schema version 99"));
}

TEST_P(Adoption, somebody_elses_table_is_refused_and_not_touched) {
  database_->run("CREATE TABLE payments (id INT, amount INT); INSERT INTO payments VALUES (1, 2)");
  EXPECT_THAT(reason_not_to_open(), HasSubstr("`payments`"));
  EXPECT_EQ(database_->ask("SELECT amount FROM payments"), "2");
  EXPECT_EQ(count("information_schema.tables WHERE table_schema = DATABASE()"), "1");
}

TEST_P(Adoption, the_references_rows_become_payments) {
  database_->run(fmt::format(
      "SET time_zone = '+00:00'; {} INSERT INTO payments VALUES "
      "(1, 1, 1, 1999.99, FALSE, '2025-11-02 03:04:05'), (2, 2, 2, 59.50, TRUE, '2025-11-02 03:04:06'), "
      "(3, 3, NULL, NULL, NULL, NULL), (4, 4, 4, -1, TRUE, '2025-11-02 03:04:07'); "
      "INSERT INTO payments (id, order_id) VALUES (41, 1); DELETE FROM payments WHERE id = 41",
      reference_schema));
  const auto store = database_->open();
  const auto reader = store->open_reader();
  const auto second = Timestamp{std::chrono::seconds{1762052645}};

  auto unpaid = new_payment({1}, {1});
  unpaid.user_id = {1};
  unpaid.amount_minor = 199'999;
  unpaid.created_at = unpaid.updated_at = second;
  EXPECT_THAT(reader->find_payments(std::vector<PaymentId>{{1}}), ElementsAre(unpaid));
  ASSERT_THAT(reader->list_events({1}, 0, 9)->rows, SizeIs(1));
  EXPECT_EQ(reader->list_events({1}, 0, 9)->rows[0].after, unpaid);

  auto born = new_payment({2}, {2});
  born.user_id = {2};
  born.created_at = born.updated_at = second + std::chrono::seconds{1};
  auto settled = paid(born);
  settled.method.reset();
  EXPECT_THAT(reader->find_payments(std::vector<PaymentId>{{2}}), ElementsAre(settled));
  const auto events = reader->list_events({2}, 0, 9)->rows;
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].after, born);
  EXPECT_EQ(events[1].after, settled);
  EXPECT_EQ(events[1].type, EventType::paid);

  const auto bare = reader->find_payments(std::vector<PaymentId>{{3}}).at(0);
  EXPECT_EQ(bare.order_id.value, 3);
  EXPECT_EQ(bare.user_id.value, 0);
  EXPECT_EQ(bare.amount_minor, 0);
  EXPECT_EQ(bare.status, Status::pending);
  EXPECT_EQ(reader->find_payments(std::vector<PaymentId>{{4}}).at(0).captured_minor, -100);
  const auto scanned = reader->scan_events({1}, {4});
  EXPECT_EQ(scanned.at(0).after.amount_minor, 199'999);
  EXPECT_EQ(scanned.at(0).after.order_id.value, 1);

  const auto writer = store->open_writer();
  const auto loaded = writer->load({.payments = {{1}}}).payments.at(0);
  writer->save(change_to(paid(loaded), EventType::paid));
  EXPECT_THAT(reader->find_payments(std::vector<PaymentId>{{1}}), ElementsAre(paid(unpaid)));
  const auto next = create(*writer).id.value;
  EXPECT_GE(next, 42) << "above every id that was in use";
  EXPECT_EQ(count("reference_payments"), "4");

  writer->close();
  const auto again = database_->open();
  EXPECT_THAT(again->open_reader()->find_payments(std::vector<PaymentId>{{1}}), ElementsAre(paid(unpaid)));
  EXPECT_EQ(create(*again->open_writer()).id.value, next + 1);
}

TEST_P(Adoption, amounts_are_in_the_default_currencys_minor_units) {
  database_->run(fmt::format(
      "{} INSERT INTO payments (order_id, user_id, total_amount) VALUES (1, 1, 1999.50)", reference_schema));
  auto options = database_->options();
  options.default_currency = *Currency::find("BHD");
  const auto payment = mysql::open(options)->open_reader()->find_payments(std::vector<PaymentId>{{1}}).at(0);
  EXPECT_EQ(payment.amount_minor, 1'999'500);
  EXPECT_EQ(payment.currency.code(), "BHD");
}

TEST_P(Adoption, an_empty_reference_begins_at_one) {
  database_->run(reference_schema);
  EXPECT_EQ(create(*database_->open()->open_writer()).id.value, 1);
}

TEST_P(Adoption, both_tables_at_once_are_refused) {
  database_->run(fmt::format("{} CREATE TABLE reference_payments LIKE payments", reference_schema));
  EXPECT_THAT(reason_not_to_open(), HasSubstr("`reference_payments`"));
  EXPECT_EQ(count("information_schema.tables WHERE table_schema = DATABASE()"), "2");
}

TEST_P(Adoption, every_row_is_adopted_once_though_attempts_are_killed) {
  database_->run(
      fmt::format("{} INSERT INTO payments (order_id, user_id, total_amount, is_paid, created_at) "
                  "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) "
                  "SELECT a.i, 1, 10.5, a.i % 2, '2025-01-02 03:04:05' FROM n a JOIN n b ON b.i <= 35",
                  reference_schema));
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  start_many(6, seed);
  const auto store = database_->open();
  EXPECT_EQ(count("payments"), "31500");
  EXPECT_EQ(count("payments WHERE version = 2 AND status = 'paid'"), "15750");
  EXPECT_EQ(count("events"), "47250");
  EXPECT_EQ(store->open_reader()->count_orphans(), 0U);
  const auto next = std::stoll(database_->ask("SELECT next FROM id_block WHERE name = 'payments'"));
  EXPECT_GT(next, 31'500);
}

INSTANTIATE_TEST_SUITE_P(On, Adoption, every_server, name_of_run);

}  // namespace
}  // namespace pay::test
