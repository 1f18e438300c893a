// A file that is being served and written by operators' commands at the same time.
#include <gmock/gmock.h>

#include <future>

#include "contract/store/samples.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/file_lock.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "support/temp_folder.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class SqliteBeside : public testing::Test {
 protected:
  std::unique_ptr<Store> serve() { return sqlite::open({.path = path_}); }
  std::unique_ptr<Store> beside() { return sqlite::open_beside({.path = path_}); }
  void execute(const char* sql) { sqlite::Connection(path_, sqlite::Connection::Mode::create).execute(sql); }

  TempFolder folder_;
  std::string path_ = folder_.file("payments.db");
  const Client shop_{.name = "shop", .notify_url = {}, .created_at = at(1), .keys = {}};
};

TEST_F(SqliteBeside, clients_are_added_while_the_file_is_served) {
  const auto served = serve();
  const auto writer = served->open_writer();
  const auto known = served->open_clients();
  EXPECT_TRUE(beside()->open_clients()->add_client(shop_));
  EXPECT_THAT(known->list_clients(), ElementsAre(shop_));
  EXPECT_EQ(create(*writer).id.value, 1);
}

TEST_F(SqliteBeside, notifications_are_settled_while_the_file_is_served) {
  const auto served = serve();
  const auto writer = served->open_writer();
  const auto outbox = served->open_outbox();
  const auto born = sell_one(*writer, "shop", 1h);
  settle(*writer, {{.id = born.id, .kind = Settlement::Kind::dead, .at = at(2)}});
  {
    const auto operators = beside()->open_writer();
    EXPECT_EQ(operators->load({.notifications = {born.id}}).notifications.size(), 1U);
    Changes changes;
    changes.settlements.push_back({.id = born.id, .kind = Settlement::Kind::retried, .at = at(3)});
    operators->save(changes);
    operators->close();
  }
  const std::vector<OutboxStore::Ask> asks{{.client = "shop", .limit = 5}};
  EXPECT_THAT(ids_of(outbox->claim(asks, 1h, at(4))), ElementsAre(born.id.value));
  EXPECT_EQ(sell_one(*writer).id.value, 2);
}

TEST_F(SqliteBeside, ids_of_an_operators_command_and_of_the_service_never_meet) {
  const auto served = serve();
  const auto writer = served->open_writer();
  EXPECT_EQ(sell_one(*writer, "shop", 1h).id.value, 1);
  {
    const auto operators = beside()->open_writer();
    EXPECT_EQ(sell_one(*operators, "shop", 1h).id.value, 2);
    EXPECT_EQ(sell_one(*writer, "shop", 1h).id.value, 3);
    EXPECT_EQ(sell_one(*operators, "shop", 1h).id.value, 4);
    operators->close();
  }
  const auto born = sell_one(*writer, "shop", 1h);
  EXPECT_EQ(born.id.value, 5);
  EXPECT_EQ(born.payment_id.value, 5);
}

TEST_F(SqliteBeside, a_service_may_start_while_an_operator_works) {
  const auto operators = beside();
  const auto clients = operators->open_clients();
  clients->add_client(shop_);
  const auto served = serve();
  EXPECT_TRUE(clients->add_key("shop", {.id = "00000001", .created_at = at(1)}));
  EXPECT_EQ(served->open_clients()->list_clients().at(0).keys.size(), 1U);
}

TEST_F(SqliteBeside, a_service_that_starts_while_an_operators_command_holds_the_lock_waits_for_it) {
  auto held = std::make_unique<sqlite::FileLock>(path_ + ".lock");
  auto starting = std::async(std::launch::async, [&] { return serve(); });
  EXPECT_EQ(starting.wait_for(30ms), std::future_status::timeout);
  held.reset();
  EXPECT_NE(starting.get(), nullptr);
}

TEST_F(SqliteBeside, without_a_service_the_file_is_made_and_its_schema_brought_up) {
  EXPECT_TRUE(beside()->open_clients()->add_client(shop_));
  execute("PRAGMA user_version = 1");
  EXPECT_THAT(beside()->open_clients()->list_clients(), ElementsAre(shop_));
  EXPECT_THAT(serve()->open_clients()->list_clients(), ElementsAre(shop_));
}

TEST_F(SqliteBeside, an_older_service_is_not_disturbed) {
  const auto served = serve();
  execute("PRAGMA user_version = 1");
  try {
    beside();
    FAIL() << "the schema is older";
  } catch (const StoreRejected& e) {
    EXPECT_THAT(e.what(), HasSubstr("older version"));
  }
}

TEST_F(SqliteBeside, the_writer_waits_for_a_short_write_of_another_process) {
  const auto served = serve();
  const auto writer = served->open_writer();
  sqlite::Connection other(path_, sqlite::Connection::Mode::read_write);
  other.execute("BEGIN IMMEDIATE");
  auto waiting = std::async(std::launch::async, [&] { return create(*writer).id.value; });
  EXPECT_EQ(waiting.wait_for(30ms), std::future_status::timeout);
  other.execute("COMMIT");
  EXPECT_EQ(waiting.get(), 1);
}

TEST_F(SqliteBeside, a_file_of_the_first_version_keeps_its_rows) {
  {
    const auto store = serve();
    create_many(*store->open_writer(), 5, [](Payment&) {});
  }
  execute("DROP TABLE notifications; DROP TABLE clients; DROP TABLE client_keys; PRAGMA user_version = 1");
  const auto store = serve();
  EXPECT_EQ(store->open_reader()->scan_payments({0}, 10).size(), 5U);
  const auto sold = sell_one(*store->open_writer());
  EXPECT_EQ(sold.payment_id.value, 6);
  EXPECT_EQ(sold.id.value, 1);
}

}  // namespace
}  // namespace pay::test
