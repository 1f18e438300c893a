// A COMMIT without an answer: whatever became of it, the store finds out, and what it says stays true.
// The connection runs through a proxy that cuts it at the moment a test names.
#include <gmock/gmock.h>

#include "cutting_proxy.hpp"
#include "database.hpp"
#include "samples.hpp"
#include "storage/mysql/mysql_store.hpp"

namespace pay::test {
namespace {

using Mode = CuttingProxy::Mode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LostCommit : public MysqlContract {
 protected:
  void SetUp() override {
    MysqlContract::SetUp();
    if (IsSkipped()) return;
    proxy_.emplace(database_->options().hosts.front());
    auto options = database_->options();
    options.hosts = {proxy_->address()};
    store_ = mysql::open(options);
    writer_ = store_->open_writer();
    reader_ = store_->open_reader();
  }

  Changes birth_of_next(OrderId order) {
    writer_->load({.new_payments = 1});
    return birth_of(new_payment(writer_->next_payment_id(), order));
  }

  [[nodiscard]] std::string orders() const {
    return database_->ask("SELECT GROUP_CONCAT(order_id ORDER BY id) FROM payments");
  }

  std::optional<CuttingProxy> proxy_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<WriteStore> writer_;
  std::unique_ptr<ReadStore> reader_;
};

TEST_P(LostCommit, one_that_never_arrived_did_not_happen) {
  create(*writer_, {1});
  const auto changes = birth_of_next({2});
  proxy_->set(Mode::cut_before_commit);
  EXPECT_THROW(writer_->save(changes), CommitLost);
  EXPECT_FALSE(writer_->resolve_lost_commit());
  EXPECT_EQ(birth_of_next({3}).created[0].id.value, 2) << "its ids are back";
  writer_->roll_back();
  create(*writer_, {4});
  EXPECT_EQ(orders(), "1,4");
}

TEST_P(LostCommit, one_whose_answer_was_lost_did_happen) {
  create(*writer_, {1});
  const auto changes = birth_of_next({2});
  proxy_->set(Mode::cut_after_commit);
  EXPECT_THROW(writer_->save(changes), CommitLost);
  EXPECT_TRUE(writer_->resolve_lost_commit());
  EXPECT_THAT(reader_->find_payments(std::vector{changes.created[0].id}), ElementsAre(changes.created[0]));
  EXPECT_EQ(create(*writer_, {3}).id.value, 3) << "its ids are used";
  EXPECT_EQ(orders(), "1,2,3");
}

TEST_P(LostCommit, one_that_comes_late_is_too_late) {
  create(*writer_, {1});
  const auto changes = birth_of_next({2});
  proxy_->set(Mode::hold_commit);
  EXPECT_THROW(writer_->save(changes), CommitLost);
  EXPECT_FALSE(writer_->resolve_lost_commit());
  create(*writer_, {3});
  EXPECT_THAT(proxy_->release(), HasSubstr("last_batch"))
      << "the old transaction fails at its first statement";
  create(*writer_, {4});
  EXPECT_EQ(orders(), "1,3,4");
}

TEST_P(LostCommit, one_that_comes_late_is_too_late_though_nothing_was_saved_since) {
  const auto changes = birth_of_next({1});
  proxy_->set(Mode::hold_commit);
  EXPECT_THROW(writer_->save(changes), CommitLost);
  EXPECT_FALSE(writer_->resolve_lost_commit());
  proxy_->release();
  EXPECT_EQ(orders(), "");
  create(*writer_, {2});
  EXPECT_EQ(orders(), "2");
}

TEST_P(LostCommit, the_change_of_a_locked_payment_is_found_too) {
  const auto payment = create(*writer_);
  for (const auto [mode, happened] :
       {std::pair{Mode::cut_before_commit, false}, {Mode::cut_after_commit, true}}) {
    writer_->load({.payments = {payment.id}});
    proxy_->set(mode);
    EXPECT_THROW(writer_->save(change_to(paid(payment), EventType::paid)), CommitLost);
    EXPECT_EQ(writer_->resolve_lost_commit(), happened);
    const auto now = reader_->find_payments(std::vector{payment.id}).at(0);
    EXPECT_EQ(now, happened ? paid(payment) : payment);
  }
}

TEST_P(LostCommit, nobody_knows_while_the_database_is_away_and_the_truth_is_told_later) {
  const auto first = birth_of_next({1});
  proxy_->set(Mode::cut_after_commit);
  EXPECT_THROW(writer_->save(first), CommitLost);
  proxy_->set(Mode::refuse);
  EXPECT_THROW(writer_->resolve_lost_commit(), StoreUnavailable);
  EXPECT_THROW(writer_->load({.new_payments = 1}), StoreUnavailable);
  proxy_->set(Mode::pass);
  EXPECT_TRUE(writer_->resolve_lost_commit());
  EXPECT_EQ(create(*writer_, {2}).id.value, 2);
}

TEST_P(LostCommit, the_next_batch_waits_for_the_truth_when_nobody_asked) {
  const auto first = birth_of_next({1});
  proxy_->set(Mode::cut_after_commit);
  EXPECT_THROW(writer_->save(first), CommitLost);
  EXPECT_EQ(create(*writer_, {2}).id.value, 2);
  writer_->close();
  EXPECT_EQ(orders(), "1,2");
}

TEST_P(LostCommit, a_connection_that_breaks_before_the_save_leaves_nothing_behind) {
  const auto payment = create(*writer_);
  writer_->load({.payments = {payment.id}});
  database_->kill_connections();
  EXPECT_THROW(writer_->save(change_to(paid(payment), EventType::paid)), CommitLost);
  EXPECT_FALSE(writer_->resolve_lost_commit());
  EXPECT_THAT(reader_->find_payments(std::vector{payment.id}), ElementsAre(payment));
  change(*writer_, paid(payment), EventType::paid);
}

TEST_P(LostCommit, a_database_that_is_away_is_unavailable_and_used_again_when_it_is_back) {
  const auto payment = create(*writer_);
  reader_->ping();
  proxy_->set(Mode::refuse);
  EXPECT_THROW(reader_->find_payments(std::vector{payment.id}), StoreUnavailable);
  EXPECT_THROW(writer_->load({.payments = {payment.id}}), StoreUnavailable);
  EXPECT_THROW(writer_->keep_house(), StoreUnavailable);
  EXPECT_THROW(writer_->delete_keys_before(at(0), 1), StoreUnavailable);
  proxy_->set(Mode::pass);
  EXPECT_THAT(reader_->find_payments(std::vector{payment.id}), ElementsAre(payment));
  EXPECT_EQ(create(*writer_).id.value, 2);
}

INSTANTIATE_TEST_SUITE_P(On, LostCommit, every_server, name_of_run);

}  // namespace
}  // namespace pay::test
