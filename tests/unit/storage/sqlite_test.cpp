// What is SQLite's own: the lock on the file, files that are none of ours, the write-ahead log, ids after a
// restart.
#include "storage/sqlite/sqlite_store.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contract/store/attempt_samples.hpp"
#include "storage/sqlite/connection.hpp"
#include "support/temp_folder.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SqliteFile : public testing::Test {
 protected:
  std::unique_ptr<Store> open() { return sqlite::open({.path = path_}); }
  void execute(const char* sql) { sqlite::Connection(path_, sqlite::Connection::Mode::create).execute(sql); }
  /// What the exception of this type says; a failure when none came.
  template <class Exception, class Act>
  static std::string message_of(Act act) {
    try {
      act();
    } catch (const Exception& e) {
      return e.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }

  TempFolder folder_;
  std::string path_ = folder_.file("payments.db");
};

TEST_F(SqliteFile, keeps_a_second_service_out_until_the_first_has_ended) {
  auto first = open();
  const auto why = message_of<sqlite::FileInUse>([&] { open(); });
  EXPECT_THAT(why, HasSubstr(path_));
  EXPECT_THAT(why, HasSubstr("another payment-service"));
  first.reset();
  EXPECT_NE(open(), nullptr);
}

TEST_F(SqliteFile, is_locked_beside_and_not_in_itself) {
  const auto store = open();
  EXPECT_TRUE(std::filesystem::exists(path_ + ".lock"));
  // Closing any descriptor of the database would drop SQLite's own locks; of the lock file it does no harm.
  {
    std::ifstream other(path_ + ".lock");
  }
  EXPECT_THROW(open(), sqlite::FileInUse);
}

TEST_F(SqliteFile, may_be_read_beside_a_service) {
  const auto store = open();
  const auto writer = store->open_writer();
  const auto payment = create(*writer);
  const auto reader = sqlite::open_to_read({.path = path_});
  EXPECT_THAT(reader->find_payments(std::vector{payment.id}), ElementsAre(payment));
  const auto second = create(*writer);
  EXPECT_THAT(reader->find_payments(std::vector{second.id}), ElementsAre(second));
}

TEST_F(SqliteFile, that_is_no_database_is_refused_by_its_name_and_left_as_it_is) {
  const std::string text(4096, 'x');
  folder_.write("payments.db", text);
  EXPECT_THAT(message_of<StoreUnavailable>([&] { open(); }), HasSubstr(path_));
  std::ifstream in(path_);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
}

TEST_F(SqliteFile, of_a_newer_version_is_refused_by_every_command) {
  execute("PRAGMA user_version = 99");
  EXPECT_THAT(message_of<StoreRejected>([&] { open(); }), HasSubstr("use a newer program"));
  EXPECT_THAT(message_of<StoreRejected>([&] { sqlite::open_to_read({.path = path_}); }), HasSubstr("99"));
}

TEST_F(SqliteFile, without_our_schema_is_not_read_but_told_to_be_migrated) {
  execute("CREATE TABLE other (id INTEGER)");
  EXPECT_THAT(message_of<StoreRejected>([&] { sqlite::open_to_read({.path = path_}); }),
              HasSubstr("payment-service migrate"));
}

TEST_F(SqliteFile, that_is_not_there_is_made_by_a_service_and_not_by_a_reader) {
  EXPECT_THROW(sqlite::open_to_read({.path = path_}), StoreUnavailable);
  EXPECT_FALSE(std::filesystem::exists(path_));
  open();
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(SqliteFile, in_a_folder_that_is_not_there_is_refused_by_its_name) {
  path_ = folder_.file("missing/payments.db");
  const auto why = message_of<StoreUnavailable>([&] { open(); });
  EXPECT_THAT(why, HasSubstr(path_));
  EXPECT_THAT(why, HasSubstr("--database"));
  EXPECT_EQ(why.find('\n'), std::string::npos);
}

TEST_F(SqliteFile, that_is_a_folder_is_refused) {
  std::filesystem::create_directory(path_);
  EXPECT_THROW(open(), StoreUnavailable);
}

TEST_F(SqliteFile, that_cannot_be_written_is_refused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  open();
  ::chmod(path_.c_str(), 0444);
  EXPECT_THROW(open(), StoreUnavailable);
}

TEST_F(SqliteFile, is_migrated_once_and_again_after_a_migration_that_was_killed) {
  open();
  execute("PRAGMA user_version = 0");
  const auto store = open();
  EXPECT_EQ(create(*store->open_writer()).id, PaymentId{1});
}

TEST_F(SqliteFile, of_the_second_version_keeps_its_rows) {
  const Client shop{.name = "shop", .notify_url = {}, .created_at = at(1), .keys = {}};
  std::vector<Payment> payments;
  {
    const auto store = open();
    const auto writer = store->open_writer();
    payments = create_many(*writer, 3, [](Payment&) {});
    payments[1] = change(*writer, paid(payments[1]), EventType::paid);
    store->open_clients()->add_client(shop);
    writer->close();
  }
  execute(
      "ALTER TABLE payments DROP COLUMN action_url; ALTER TABLE payments DROP COLUMN action_expires_at;"
      "ALTER TABLE payments DROP COLUMN provider; ALTER TABLE payments DROP COLUMN provider_reference;"
      "ALTER TABLE payments DROP COLUMN open_attempt; ALTER TABLE events DROP COLUMN action_url;"
      "ALTER TABLE events DROP COLUMN action_expires_at; ALTER TABLE clients DROP COLUMN methods;"
      "DROP TABLE provider_calls; PRAGMA user_version = 2");
  const auto store = open();
  EXPECT_EQ(store->open_reader()->scan_payments({0}, 9), payments);
  EXPECT_EQ(store->open_reader()->scan_events({1}, {9}).size(), 4U);
  EXPECT_THAT(store->open_clients()->list_clients(), ElementsAre(shop));
  EXPECT_EQ(ask_for_one(*store->open_writer()).payment_id, PaymentId{4});
}

TEST_F(SqliteFile, whose_migration_fails_says_why) {
  execute("CREATE TABLE payments (id INTEGER)");
  EXPECT_THAT(message_of<StoreRejected>([&] { open(); }), HasSubstr(path_));
}

TEST_F(SqliteFile, counts_on_after_a_restart) {
  {
    const auto store = open();
    const auto writer = store->open_writer();
    create_many(*writer, 3, [](Payment&) {});
    writer->close();
  }
  const auto store = open();
  EXPECT_EQ(create(*store->open_writer()).id, PaymentId{4});
}

TEST_F(SqliteFile, counts_on_after_a_crash) {
  {
    const auto store = open();
    const auto writer = store->open_writer();
    create(*writer);
    writer->load({.new_payments = 2});
    writer->next_payment_id();
    writer->next_payment_id();
  }
  const auto store = open();
  EXPECT_EQ(create(*store->open_writer()).id, PaymentId{2});
}

TEST_F(SqliteFile, gives_ids_back_that_were_drawn_for_nothing) {
  const auto store = open();
  const auto writer = store->open_writer();
  writer->load({.new_payments = 1});
  writer->next_payment_id();
  writer->next_refund_id();
  writer->next_attempt_id();
  writer->roll_back();
  writer->load({});
  EXPECT_EQ(writer->next_payment_id(), PaymentId{1});
  EXPECT_EQ(writer->next_refund_id(), RefundId{1});
  EXPECT_EQ(writer->next_attempt_id(), AttemptId{1});
}

TEST_F(SqliteFile, refuses_a_batch_whole_and_writes_the_next) {
  const auto store = open();
  const auto writer = store->open_writer();
  const auto payment = create(*writer);
  auto twice = birth_of(new_payment({2}));
  twice.created.push_back(payment);
  writer->load({});
  EXPECT_THROW(writer->save(twice), StoreRejected);
  EXPECT_EQ(create(*writer).id, PaymentId{2});
}

TEST_F(SqliteFile, leaves_no_log_after_a_clean_stop) {
  {
    const auto store = open();
    const auto writer = store->open_writer();
    create_many(*writer, 100, [](Payment&) {});
    writer->close();
  }
  std::error_code error;
  const auto size = std::filesystem::file_size(path_ + "-wal", error);
  EXPECT_TRUE(error || size == 0);
}

TEST_F(SqliteFile, keeps_its_log_bounded_while_it_is_written_without_a_pause) {
  constexpr int commits = 50;
  constexpr std::size_t payments_a_commit = 250;
  constexpr std::uintmax_t most = 100U * 1024 * 1024;
  const std::string long_text(16'000, 'x');
  const auto store = open();
  const auto writer = store->open_writer();
  for (int i = 0; i < commits; ++i) {
    create_many(*writer, payments_a_commit, [&](Payment& p) { p.metadata = {{"note", long_text}}; });
  }
  ASSERT_GT(std::filesystem::file_size(path_), most) << "too little was written to tell";
  EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), most);
}

}  // namespace
}  // namespace pay::test
