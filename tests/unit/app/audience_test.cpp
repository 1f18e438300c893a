// Who is told of whose payments.
#include "app/audience.hpp"

#include <gmock/gmock.h>

#include "storage/sqlite/sqlite_store.hpp"
#include "support/temp_folder.hpp"

namespace pay::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AudienceTest : public testing::Test {
 protected:
  AudienceTest() {
    const auto clients = store_->open_clients();
    clients->add_client(
        {.name = "books", .notify_url = "http://books/hook", .notify_style = NotifyStyle::event});
    clients->add_client({.name = "quiet"});
    clients_ = std::make_unique<Clients>(store_->open_clients(), clock_, Clients::Options{});
  }
  [[nodiscard]] std::string url(const Audience& audience, std::string_view client) const {
    const auto found = audience.find(client);
    return found ? found->url : "nowhere";
  }

  test::TempFolder folder_;
  SystemClock clock_;
  std::unique_ptr<Store> store_ = sqlite::open({.path = folder_.file("payments.db")});
  std::unique_ptr<Clients> clients_;
};

TEST_F(AudienceTest, a_client_is_told_at_its_own_url_in_its_own_style) {
  const Audience audience(*clients_, {.url = "http://store/orders"});
  EXPECT_EQ(audience.find("books"), (Destination{"http://books/hook", NotifyStyle::event}));
}

TEST_F(AudienceTest, store_manager_is_told_of_what_belongs_to_nobody_and_of_no_clients_payments) {
  const Audience audience(*clients_, {.url = "http://store/orders"});
  EXPECT_EQ(url(audience, ""), "http://store/orders");
  EXPECT_EQ(url(audience, "quiet"), "nowhere");
  EXPECT_EQ(url(audience, "gone"), "nowhere");
  EXPECT_THAT(audience.names(), ElementsAre("", "books"));
}

TEST_F(AudienceTest, the_anonymous_client_is_store_manager_unless_it_has_a_url_of_its_own) {
  EXPECT_EQ(url(Audience(*clients_, {"http://store/orders", "quiet"}), "quiet"), "http://store/orders");
  EXPECT_EQ(url(Audience(*clients_, {"http://store/orders", "nobody"}), "nobody"), "http://store/orders");
  EXPECT_EQ(url(Audience(*clients_, {"http://store/orders", "books"}), "books"), "http://books/hook");
}

TEST_F(AudienceTest, without_a_store_only_clients_are_told) {
  const Audience audience(*clients_, {});
  EXPECT_EQ(url(audience, ""), "nowhere");
  EXPECT_THAT(audience.names(), ElementsAre("books"));
}

}  // namespace
}  // namespace pay::app
