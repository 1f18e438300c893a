// What a configuration file may say, rules by which payments find providers included, and what is said of
// everything else: one line with the name that is wrong.
#include "app/configuration_file.hpp"

#include <gmock/gmock.h>

#include "app/configuration.hpp"
#include "support/temp_folder.hpp"

namespace pay::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class ConfigurationFileTest : public testing::Test {
 protected:
  ConfigurationFile read(std::string_view text) { return read_file(folder_.write("pay.toml", text)); }
  Configuration configuration(std::string_view text) {
    return configure({}, [](std::string_view) { return std::nullopt; }, read(text));
  }
  /// What is said; empty when the file was taken.
  std::string complaint_about(std::string_view text) {
    try {
      configuration(text);
    } catch (const ConfigurationError& e) {
      return e.what();
    }
    return {};
  }
  test::TempFolder folder_;
};

TEST_F(ConfigurationFileTest, is_toml) {
  const auto file = read(
      "# a comment\n"
      "listen = \"0.0.0.0:80\"\n"
      "batch-limit = 1\n"
      "\n"
      "demo = true\n");
  EXPECT_EQ(file.values, (Values{{"listen", "0.0.0.0:80"}, {"batch-limit", "1"}, {"demo", "true"}}));
  EXPECT_TRUE(file.routes.empty());
}

TEST_F(ConfigurationFileTest, may_be_empty) {
  EXPECT_EQ(read("").values, Values{});
}

TEST_F(ConfigurationFileTest, has_lists_where_lists_make_sense) {
  EXPECT_EQ(read("provider = [\"stripe\", \"simulator\"]\nmethods = [\"card\"]\n").values,
            (Values{{"provider", "stripe,simulator"}, {"methods", "card"}}));
}

TEST_F(ConfigurationFileTest, with_an_unknown_name_is_refused_in_one_line_that_holds_it) {
  for (const auto* text : {"port = 1\n", "[serve]\nlisten = \"x\"\n", "batch-limit = [1, 2]\n",
                           "[route.more]\nmethod = \"card\"\n", "[[routes]]\nmethod = \"card\"\n",
                           "route.providers = \"simulator\"\n"}) {
    const auto said = complaint_about(text);
    EXPECT_THAT(said, HasSubstr("is no setting")) << text;
    EXPECT_THAT(said, HasSubstr("pay.toml")) << text;
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  }
}

TEST_F(ConfigurationFileTest, that_is_not_there_is_refused_by_its_name) {
  EXPECT_THROW(read_file(folder_.file("missing.toml")), ConfigurationError);
  EXPECT_THROW(read_file(folder_.file("")), ConfigurationError);
}

TEST_F(ConfigurationFileTest, has_rules_by_which_payments_find_providers) {
  const auto rules = configuration(
                         "provider = \"simulator\"\n"
                         "[[route]]\n"
                         "method = \"paypal\"\n"
                         "providers = \"paypal\"\n"
                         "[[route]]\n"
                         "method = [\"card\", \"wallet\"]\n"
                         "currency = [\"cad\", \"USD\"]\n"
                         "client = \"books, shoes\"\n"
                         "amount-from = 100\n"
                         "amount-below = 1000.50\n"
                         "providers = [\"stripe\", \"simulator\"]\n")
                         .providers.rules;
  EXPECT_EQ(rules.otherwise, std::vector<std::string>{"simulator"});
  ASSERT_EQ(rules.rules.size(), 2U);
  const auto& [first, second] = std::tie(rules.rules[0], rules.rules[1]);
  EXPECT_EQ(first.methods.value().text(), "paypal");
  EXPECT_EQ(first.providers, std::vector<std::string>{"paypal"});
  EXPECT_TRUE(first.currencies.empty() && first.clients.empty() && !first.amount_from && !first.amount_below);
  EXPECT_EQ(second.methods, Methods::all());
  EXPECT_EQ(second.currencies, (std::vector{*Currency::find("CAD"), *Currency::find("USD")}));
  EXPECT_EQ(second.clients, (std::vector<std::string>{"books", "shoes"}));
  EXPECT_EQ(second.amount_from, Decimal{.units = 100});
  EXPECT_EQ(second.amount_below, (Decimal{.units = 1000, .billionths = 500'000'000}));
  EXPECT_EQ(second.providers, (std::vector<std::string>{"stripe", "simulator"}));
}

struct BadRoute {
  std::string_view text;
  std::string_view said;
};

constexpr auto bad_routes = std::to_array<BadRoute>({
    {"", "[[route]] 1: providers names no provider"},
    {"providers = \"adyen\"", "there is no such provider"},
    {"providers = [\"stripe\", \"stripe\"]", "names 'stripe' twice"},
    {"provider = \"stripe\"", "has no key 'provider'"},
    {"providers = \"stripe\"\nmethod = \"cash\"", "method cannot be 'cash'"},
    {"providers = \"stripe\"\nmethod = \"\"", "method cannot be ''"},
    {"providers = \"stripe\"\ncurrency = \"XXX\"", "currency cannot be 'XXX'"},
    {"providers = \"stripe\"\nclient = [\"a\", \"\"]", "client cannot be 'a,'"},
    {"providers = \"stripe\"\namount-from = \"much\"", "amount-from cannot be 'much'"},
    {"providers = \"stripe\"\namount-below = -1", "amount-below cannot be '-1'"},
    {"providers = \"stripe\"\namount-from = [1, 2]", "amount-from cannot be '1,2'"},
    {"providers = \"stripe\"\namount-from = 10\namount-below = 10", "can never match"},
    {"providers = \"stripe\"\n[[route]]\nproviders = \"paypal\"\nmethod = \"card\"",
     "[[route]] 2 can never match"},
    {"providers = \"stripe\"\nclient = \"x y\"", "client cannot be 'x y'"},
    {"providers = \"stripe\"\nmethod = \"paypal\"", "stripe can never take its method"},
    {"providers = \"stripe\"\ncurrency = [\"IQD\", \"LYD\"]", "can never be carried out"},
    {"providers = [\"stripe\", \"paypal\"]\nmethod = \"apple_pay\"\ncurrency = \"IQD\"",
     "stripe and paypal can never"},
    {"providers = \"stripe\"\nmethod = \"card\"\n[route]\nproviders = \"paypal\"",
     "[route] has one bracket; write [[route]]"},
    {"providers = \"stripe\"\n[[route]] # another\nproviders = \"paypal\"", "has no key '[[route]]'"},
});

TEST_F(ConfigurationFileTest, with_a_rule_that_makes_no_sense_is_refused_in_one_line_that_names_it) {
  for (const auto& [text, wanted] : bad_routes) {
    const auto said = complaint_about("[[route]]\n" + std::string(text) + "\n");
    EXPECT_THAT(said, HasSubstr(wanted)) << text;
    EXPECT_THAT(said, HasSubstr("[[route]]")) << text;
    EXPECT_EQ(said.find('\n'), std::string::npos) << said;
  }
}

TEST_F(ConfigurationFileTest, may_send_payments_to_a_list_of_which_one_can_take_them) {
  for (const auto* text :
       {"method = \"paypal\"\nproviders = [\"stripe\", \"paypal\"]",
        "method = [\"paypal\", \"card\"]\nproviders = \"stripe\"",
        "currency = [\"IQD\", \"CAD\"]\nproviders = [\"paypal\", \"stripe\"]",
        "method = \"paypal\"\ncurrency = \"IQD\"\nproviders = [\"stripe\", \"simulator\"]"}) {
    EXPECT_EQ(complaint_about("[[route]]\n" + std::string(text) + "\n"), "") << text;
  }
}

TEST_F(ConfigurationFileTest, never_repeats_a_secret) {
  const auto said = complaint_about("stripe-secret-key = \"sk_live_hunter2\"\nbatch-limit = 0\n");
  EXPECT_THAT(said, HasSubstr("batch-limit"));
  EXPECT_THAT(said, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace pay::app
