// How a store finds its server: hosts in turn, TLS, and one clear line when it cannot be.
#include <gmock/gmock.h>

#include "cutting_proxy.hpp"
#include "database.hpp"
#include "samples.hpp"
#include "storage/mysql/mysql_store.hpp"

namespace pay::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Connecting : public MysqlContract {
 protected:
  void SetUp() override {
    MysqlContract::SetUp();
    if (!IsSkipped()) options_ = database_->options();
  }

  template <class Exception>
  [[nodiscard]] std::string reason_not_to_open() const {
    try {
      static_cast<void>(mysql::open(*options_));
    } catch (const Exception& e) {
      return e.what();
    }
    return "it opened";
  }

  std::optional<mysql::Options> options_;
};

TEST_P(Connecting, the_name_never_holds_the_password) {
  const auto name = mysql::open(*options_)->name();
  EXPECT_THAT(name, AllOf(HasSubstr("mysql://pay@127.0.0.1:"), HasSubstr(options_->database),
                          Not(HasSubstr(options_->password))));
}

TEST_P(Connecting, hosts_are_tried_in_turn) {
  CuttingProxy down(options_->hosts.front());
  down.set(CuttingProxy::Mode::refuse);
  options_->hosts.insert(options_->hosts.begin(), down.address());
  const auto store = mysql::open(*options_);
  EXPECT_EQ(create(*store->open_writer()).id.value, 1);
}

TEST_P(Connecting, when_a_host_goes_away_the_next_one_serves) {
  CuttingProxy first(options_->hosts.front());
  options_->hosts.insert(options_->hosts.begin(), first.address());
  const auto store = mysql::open(*options_);
  const auto writer = store->open_writer();
  const auto reader = store->open_reader();
  const auto payment = create(*writer);
  reader->ping();
  first.set(CuttingProxy::Mode::refuse);
  EXPECT_THAT(reader->find_payments(std::vector{payment.id}), testing::ElementsAre(payment));
  change(*writer, paid(payment), EventType::paid);
}

TEST_P(Connecting, an_unreachable_server_is_worth_another_try) {
  CuttingProxy down(options_->hosts.front());
  down.set(CuttingProxy::Mode::refuse);
  options_->hosts = {down.address()};
  EXPECT_THAT(reason_not_to_open<StoreUnavailable>(),
              AllOf(HasSubstr("cannot be reached"), Not(HasSubstr("\n"))));
}

TEST_P(Connecting, a_wrong_password_is_not) {
  options_->password += "x";
  EXPECT_THAT(reason_not_to_open<StoreRejected>(),
              AllOf(HasSubstr("Access denied"), Not(HasSubstr(options_->password))));
}

TEST_P(Connecting, a_database_that_may_not_be_made_is_named) {
  database_->run("CREATE USER IF NOT EXISTS poor@'%' IDENTIFIED BY 'poor'");
  options_->user = options_->password = "poor";
  options_->database += "_other";
  EXPECT_THAT(reason_not_to_open<StoreRejected>(), AllOf(HasSubstr(options_->database), HasSubstr("denied")));
  database_->run("DROP USER poor@'%'");
}

TEST_P(Connecting, any_name_of_a_database_will_do) {
  options_->database += "-with `ticks`";
  const auto store = mysql::open(*options_);
  EXPECT_EQ(create(*store->open_writer()).id.value, 1);
  database_->run("DROP DATABASE `" + database_->options().database + "-with ``ticks```");
}

TEST_P(Connecting, operators_read_a_database_as_it_is) {
  const auto store = database_->open();
  const auto payment = create(*store->open_writer());
  const auto reader = mysql::open_to_read(*options_);
  EXPECT_THAT(reader->find_payments(std::vector{payment.id}), testing::ElementsAre(payment));
  options_->database += "_other";
  EXPECT_THROW(mysql::open_to_read(*options_), StoreRejected);
}

// ---- TLS ----

class ConnectingByTls : public Connecting {
 protected:
  void SetUp() override {
    Connecting::SetUp();
    if (IsSkipped()) return;
    if (options_->ca_file.empty()) GTEST_SKIP() << variable_of(GetParam()) << "_CA is not set";
    // Only TLS lets this user in, and its password is not cached by the server yet.
    database_->run(
        "CREATE USER IF NOT EXISTS by_tls@'%' IDENTIFIED BY 'by_tls' REQUIRE SSL; "
        "GRANT ALL PRIVILEGES ON *.* TO by_tls@'%'");
    options_->user = options_->password = "by_tls";
  }
  void TearDown() override {
    if (!IsSkipped()) database_->run("DROP USER IF EXISTS by_tls@'%'");
  }
};

TEST_P(ConnectingByTls, it_is_used_when_asked_for) {
  EXPECT_THAT(reason_not_to_open<StoreRejected>(), HasSubstr("denied"));
  for (const auto tls : {mysql::Tls::on, mysql::Tls::verify}) {
    options_->tls = tls;
    EXPECT_EQ(reason_not_to_open<std::exception>(), "it opened") << static_cast<int>(tls);
  }
}

TEST_P(ConnectingByTls, a_certificate_that_nobody_vouches_for_is_refused_when_it_is_verified) {
  options_->tls = mysql::Tls::verify;
  options_->ca_file.clear();
  EXPECT_THAT(reason_not_to_open<StoreUnavailable>(), HasSubstr("cannot be reached"));
  options_->tls = mysql::Tls::on;
  EXPECT_EQ(reason_not_to_open<std::exception>(), "it opened");
}

/// By the plugin that MySQL uses for every user, with the server's RSA key where there is no TLS.
TEST_P(Connecting, a_password_is_proved_by_caching_sha2_password_with_and_without_tls) {
  if (GetParam() != Implementation::mysql) GTEST_SKIP() << "MariaDB has no such plugin";
  for (const auto tls : {mysql::Tls::off, mysql::Tls::on}) {
    database_->run(
        "CREATE USER fresh@'%' IDENTIFIED WITH caching_sha2_password BY 'fresh'; "
        "GRANT ALL PRIVILEGES ON *.* TO fresh@'%'");
    options_->tls = tls;
    options_->user = options_->password = "fresh";
    EXPECT_EQ(reason_not_to_open<std::exception>(), "it opened") << static_cast<int>(tls);
    EXPECT_EQ(reason_not_to_open<std::exception>(), "it opened") << "cached by now";
    database_->run("DROP USER fresh@'%'");
  }
}

INSTANTIATE_TEST_SUITE_P(On, Connecting, every_server, name_of_run);
INSTANTIATE_TEST_SUITE_P(On, ConnectingByTls, every_server, name_of_run);

}  // namespace
}  // namespace pay::test
