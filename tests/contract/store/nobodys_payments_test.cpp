// Payments that were made before there were clients get an owner, step by step, beside a service that writes.
#include <gmock/gmock.h>

#include "database.hpp"
#include "samples.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;

class NobodysPayments : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    if (store_) clients_ = store_->open_clients();
  }
  std::vector<Payment> create_of(const std::string& client, std::size_t count) {
    return create_many(*writer_, count, [&](Payment& payment) { payment.client = client; });
  }
  std::string owner_of(const Payment& payment) {
    return reader_->find_payments(std::vector{payment.id}).at(0).client;
  }

  std::unique_ptr<ClientStore> clients_;
};

TEST_P(NobodysPayments, are_adopted_and_those_of_others_and_all_else_stay) {
  const auto first = create(*writer_);
  const auto others = create_of("other", 1).at(0);
  const auto second = create(*writer_);
  const auto done = clients_->adopt_payments("shop", {});
  EXPECT_EQ(done.count, 2);
  EXPECT_EQ(done.next, std::nullopt);
  auto adopted = first;
  adopted.client = "shop";
  EXPECT_THAT(reader_->find_payments(std::vector{first.id}), ElementsAre(adopted));
  EXPECT_EQ(owner_of(second), "shop");
  EXPECT_EQ(owner_of(others), "other");
  EXPECT_EQ(clients_->adopt_payments("shop", {}).count, 0);
  const auto paid_later = change(*writer_, paid(adopted), EventType::paid);
  EXPECT_THAT(reader_->find_payments(std::vector{first.id}), ElementsAre(paid_later));
}

TEST_P(NobodysPayments, are_adopted_in_steps_each_of_which_tells_where_the_next_begins) {
  constexpr std::size_t step = ClientStore::adoption_step;
  const auto all = create_of("", step + 1);
  const auto first = clients_->adopt_payments("shop", {});
  EXPECT_EQ(first.count, ClientStore::adoption_step);
  ASSERT_EQ(first.next, all.at(step - 1).id);
  EXPECT_EQ(owner_of(all.back()), "");
  const auto second = clients_->adopt_payments("shop", *first.next);
  EXPECT_EQ(second.count, 1);
  EXPECT_EQ(second.next, std::nullopt);
  EXPECT_EQ(owner_of(all.back()), "shop");
}

TEST_P(NobodysPayments, may_be_none_at_all) {
  const auto done = clients_->adopt_payments("shop", {});
  EXPECT_EQ(done.count, 0);
  EXPECT_EQ(done.next, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(On, NobodysPayments,
                         testing::Values(Implementation::sqlite, Implementation::mariadb,
                                         Implementation::mysql, Implementation::galera),
                         name_of_run);

}  // namespace
}  // namespace pay::test
