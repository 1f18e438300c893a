// Who calls: what operators change is there for everybody at once, and a key goes with its client.
#include <gmock/gmock.h>

#include "database.hpp"
#include "samples.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ClientKey key(std::string id, std::int64_t time) {
  ClientKey made{.id = std::move(id), .hash = {0, 39, 92, 255}, .created_at = at(time)};
  made.hash[31] = static_cast<std::uint8_t>(time);
  return made;
}

Client shop(std::string name, std::vector<ClientKey> keys = {}) {
  return {.name = std::move(name),
          .notify_url = "https://shop.example/hook?a='b'&c=é\\",
          .notify_style = NotifyStyle::event,
          .created_at = at(5),
          .keys = std::move(keys)};
}

class ClientContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    if (!store_) return;
    clients_ = store_->open_clients();
    others_ = store_->open_clients();
  }
  std::unique_ptr<ClientStore> clients_;
  std::unique_ptr<ClientStore> others_;  ///< what another process sees
};

TEST_P(ClientContract, come_back_as_they_were_added_by_name_with_the_oldest_key_first) {
  EXPECT_THAT(others_->list_clients(), IsEmpty());
  const auto b = shop("b-1", {key("00000001", 1), key("ffffffff", 2)});
  auto a = shop("A.x_");
  a.notify_url.clear();
  a.notify_style = NotifyStyle::store_manager;
  EXPECT_TRUE(clients_->add_client(b));
  EXPECT_TRUE(clients_->add_client(a));
  EXPECT_THAT(others_->list_clients(), ElementsAre(a, b));
}

TEST_P(ClientContract, may_pay_with_what_somebody_said_all_of_it_too) {
  auto some = shop("some");
  some.methods = *Methods::parse("card,paypal");
  clients_->add_client(some);
  clients_->add_client(shop("default"));
  EXPECT_THAT(others_->list_clients(), ElementsAre(shop("default"), some));
  for (const auto& methods :
       {Methods::parse("google_pay"), std::optional(Methods::all()), std::optional<Methods>{}}) {
    some.methods = methods;
    EXPECT_TRUE(others_->update_client(some));
    EXPECT_THAT(clients_->list_clients(), ElementsAre(shop("default"), some));
  }
}

TEST_P(ClientContract, a_name_is_taken_once_and_its_case_counts) {
  const auto first = shop("shop", {key("00000001", 1)});
  EXPECT_TRUE(clients_->add_client(first));
  EXPECT_FALSE(others_->add_client(shop("shop", {key("00000002", 2)})));
  EXPECT_THAT(clients_->list_clients(), ElementsAre(first));
  EXPECT_TRUE(others_->add_client(shop("Shop")));
  EXPECT_EQ(clients_->list_clients().size(), 2U);
}

TEST_P(ClientContract, are_told_elsewhere_and_otherwise_from_a_change_on_and_keep_their_keys) {
  auto changed = shop("shop", {key("00000001", 1)});
  EXPECT_FALSE(clients_->update_client(changed));
  clients_->add_client(changed);
  clients_->add_client(shop("other"));
  changed.notify_url.clear();
  changed.notify_style = NotifyStyle::store_manager;
  EXPECT_TRUE(clients_->update_client(changed));
  EXPECT_THAT(others_->list_clients(), ElementsAre(shop("other"), changed));
  EXPECT_TRUE(others_->update_client(changed)) << "though nothing is new";
}

TEST_P(ClientContract, keys_come_and_go_one_by_one) {
  EXPECT_FALSE(clients_->add_key("shop", key("00000001", 1)));
  clients_->add_client(shop("shop", {key("00000001", 1)}));
  EXPECT_TRUE(clients_->add_key("shop", key("00000002", 2)));
  EXPECT_THAT(others_->list_clients().at(0).keys, ElementsAre(key("00000001", 1), key("00000002", 2)));
  EXPECT_FALSE(clients_->remove_key("shop", "00000003"));
  EXPECT_FALSE(clients_->remove_key("other", "00000001"));
  EXPECT_TRUE(clients_->remove_key("shop", "00000001"));
  EXPECT_FALSE(clients_->remove_key("shop", "00000001"));
  EXPECT_THAT(others_->list_clients().at(0).keys, ElementsAre(key("00000002", 2)));
}

TEST_P(ClientContract, a_key_is_added_once) {
  clients_->add_client(shop("shop", {key("00000001", 1)}));
  EXPECT_THROW(clients_->add_key("shop", key("00000001", 2)), StoreRejected);
  EXPECT_THAT(others_->list_clients().at(0).keys, ElementsAre(key("00000001", 1)));
  EXPECT_TRUE(clients_->add_key("shop", key("00000002", 2))) << "and what failed leaves nothing open";
}

TEST_P(ClientContract, who_is_removed_takes_the_keys_along_and_leaves_the_payments) {
  clients_->add_client(shop("shop", {key("00000001", 1)}));
  clients_->add_client(shop("other", {key("00000001", 1)}));
  const auto sold = sell_one(*writer_, "shop");
  EXPECT_TRUE(clients_->remove_client("shop"));
  EXPECT_FALSE(clients_->remove_client("shop"));
  EXPECT_THAT(others_->list_clients(), ElementsAre(shop("other", {key("00000001", 1)})));
  EXPECT_TRUE(others_->add_client(shop("shop")));
  EXPECT_THAT(clients_->list_clients().at(1).keys, IsEmpty());
  EXPECT_TRUE(look_at(*reader_, sold.id));
}

TEST_P(ClientContract, are_changed_while_payments_are_written) {
  for (int i = 0; i < 50; ++i) {
    const auto name = "shop" + std::to_string(i);
    create(*writer_);
    EXPECT_TRUE(clients_->add_client(shop(name)));
    create(*writer_);
    EXPECT_TRUE(others_->add_key(name, key("00000001", 1)));
  }
  EXPECT_EQ(clients_->list_clients().size(), 50U);
}

INSTANTIATE_TEST_SUITE_P(On, ClientContract,
                         testing::Values(Implementation::sqlite, Implementation::mariadb,
                                         Implementation::mysql, Implementation::galera),
                         name_of_run);

TEST_P(MysqlContract, clients_are_read_again_after_a_connection_was_cut) {
  const auto clients = database_->open()->open_clients();
  clients->add_client(shop("shop"));
  database_->kill_connections();
  EXPECT_EQ(clients->list_clients().size(), 1U);
}

TEST_P(MysqlContract, a_key_that_a_removal_left_behind_lets_nobody_in) {
  const auto clients = database_->open()->open_clients();
  database_->run("INSERT INTO client_keys VALUES ('shop', '00000001', REPEAT('x', 32), 1)");
  EXPECT_THAT(clients->list_clients(), IsEmpty());
  clients->add_client(shop("shop"));
  EXPECT_THAT(clients->list_clients().at(0).keys, IsEmpty());
}

}  // namespace
}  // namespace pay::test
