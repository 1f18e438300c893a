// Database URLs: every part, every way to be wrong.
#include "app/database_url.hpp"

#include <gmock/gmock.h>

#include <array>

namespace pay::app {
namespace {

using testing::HasSubstr;

const Currency cad = *Currency::find("CAD");

mysql::Options mysql_of(std::string_view url) {
  return std::get<mysql::Options>(parse_database_url(url, cad));
}
std::string file_of(std::string_view url) {
  return std::get<sqlite::Options>(parse_database_url(url, cad)).path;
}

TEST(DatabaseUrl, of_a_file_is_its_path) {
  EXPECT_EQ(file_of("sqlite:payments.db"), "payments.db");
  EXPECT_EQ(file_of("sqlite:/var/lib/payments.db"), "/var/lib/payments.db");
  EXPECT_EQ(file_of("sqlite:///var/lib/payments.db"), "/var/lib/payments.db");
  EXPECT_EQ(file_of("sqlite:50%25 off?.db"), "50%25 off?.db") << "a path is not decoded";
}

TEST(DatabaseUrl, of_a_server_has_a_user_a_host_and_a_name) {
  const auto options = mysql_of("mysql://pay@db:3307/payments");
  EXPECT_EQ(options.user, "pay");
  EXPECT_EQ(options.password, "");
  ASSERT_EQ(options.hosts.size(), 1U);
  EXPECT_EQ(options.hosts.at(0).name, "db");
  EXPECT_EQ(options.hosts.at(0).port, 3307);
  EXPECT_EQ(options.database, "payments");
  EXPECT_EQ(options.tls, mysql::Tls::off);
  EXPECT_EQ(options.default_currency, cad);
}

TEST(DatabaseUrl, decodes_user_password_and_name) {
  const auto options = mysql_of("mysql://p%40y:s%3Acr%2Fet%25%C3%A9@db/pay%20ments");
  EXPECT_EQ(options.user, "p@y");
  EXPECT_EQ(options.password, "s:cr/et%é");
  EXPECT_EQ(options.database, "pay ments");
}

TEST(DatabaseUrl, takes_a_password_with_an_at_or_a_colon_as_it_is) {
  const auto options = mysql_of("mysql://pay:a@b:c@db/x");
  EXPECT_EQ(options.user, "pay");
  EXPECT_EQ(options.password, "a@b:c");
  EXPECT_EQ(options.hosts.at(0).name, "db");
}

TEST(DatabaseUrl, may_name_several_hosts) {
  const auto hosts = mysql_of("mysql://pay@one:3307,two,[::1]:3308,[2001:db8::7]/x").hosts;
  ASSERT_EQ(hosts.size(), 4U);
  EXPECT_EQ(hosts.at(0).name, "one");
  EXPECT_EQ(hosts.at(0).port, 3307);
  EXPECT_EQ(hosts.at(1).name, "two");
  EXPECT_EQ(hosts.at(1).port, 3306);
  EXPECT_EQ(hosts.at(2).name, "::1");
  EXPECT_EQ(hosts.at(2).port, 3308);
  EXPECT_EQ(hosts.at(3).name, "2001:db8::7");
  EXPECT_EQ(hosts.at(3).port, 3306);
}

TEST(DatabaseUrl, may_ask_for_tls) {
  EXPECT_EQ(mysql_of("mysql://pay@db/x?tls=off").tls, mysql::Tls::off);
  EXPECT_EQ(mysql_of("mysql://pay@db/x?tls=on").tls, mysql::Tls::on);
  const auto options = mysql_of("mysql://pay@db/x?tls=verify&ca=%2Fetc%2Fca.pem");
  EXPECT_EQ(options.tls, mysql::Tls::verify);
  EXPECT_EQ(options.ca_file, "/etc/ca.pem");
}

struct WrongUrl {
  std::string_view url;
  std::string_view why;
};

constexpr auto wrong_urls = std::to_array<WrongUrl>({
    {"", "is empty"},
    {"payments.db", "neither sqlite: nor mysql://"},
    {"postgres://pay@db/x", "neither sqlite: nor mysql://"},
    {"mysql:pay@db/x", "neither sqlite: nor mysql://"},
    {"sqlite:", "names no file"},
    {"sqlite://", "names no file"},
    {"mysql://", "names no user"},
    {"mysql://db/x", "names no user"},
    {"mysql://@db/x", "names no user"},
    {"mysql://:secret@db/x", "names no user"},
    {"mysql://pay@/x", "names no host"},
    {"mysql://pay@:3306/x", "names no host"},
    {"mysql://pay@one,,two/x", "names no host"},
    {"mysql://pay@db", "names no database"},
    {"mysql://pay@db/", "names no database"},
    {"mysql://pay@db:0/x", "port '0'"},
    {"mysql://pay@db:65536/x", "port '65536'"},
    {"mysql://pay@db:mysql/x", "port 'mysql'"},
    {"mysql://pay@[::1/x", "a [ without its ]"},
    {"mysql://pay@[::1]3306/x", "after its ]"},
    {"mysql://p%4@db/x", "two hexadecimal digits"},
    {"mysql://pay:%zz@db/x", "two hexadecimal digits"},
    {"mysql://pay@db/x?tls=maybe", "a tls other than"},
    {"mysql://pay@db/x?ssl=on", "the parameter 'ssl'"},
});

TEST(DatabaseUrl, that_is_wrong_is_refused_in_one_line_that_says_why_and_what_to_write) {
  for (const auto& [url, why] : wrong_urls) {
    try {
      parse_database_url(url, cad);
      ADD_FAILURE() << url << " was taken";
    } catch (const ConfigurationError& e) {
      const std::string said = e.what();
      EXPECT_THAT(said, HasSubstr(why)) << url;
      EXPECT_THAT(said, HasSubstr("write sqlite:FILE or mysql://user@host:3306/name")) << url;
      EXPECT_EQ(said.find('\n'), std::string::npos) << url;
    }
  }
}

TEST(DatabaseUrl, tells_whether_a_password_stands_in_it) {
  EXPECT_TRUE(holds_password("mysql://pay:secret@db/x"));
  EXPECT_TRUE(holds_password("mysql://pay:@db/x"));
  EXPECT_TRUE(holds_password("mysql://pay:a@b@db/x"));
  EXPECT_FALSE(holds_password("mysql://pay@db:3306/x"));
  EXPECT_FALSE(holds_password("mysql://pay@[::1]:3306/x"));
  EXPECT_TRUE(holds_password("mysql://pay:a?b@db/x"));
  EXPECT_FALSE(holds_password("mysql://pay@db:3306/x?ca=/a@b"));
  EXPECT_FALSE(holds_password("sqlite:a:b@c"));
}

}  // namespace
}  // namespace pay::app
