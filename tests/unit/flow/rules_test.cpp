// Rules as tables: which payment finds which provider, and which rule can never be reached.
#include "flow/rules.hpp"

#include <gmock/gmock.h>

#include "flow/providers.hpp"
#include "unit/flow/fakes.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;

const auto eur = *Currency::find("EUR");
const auto jpy = *Currency::find("JPY");

Decimal amount(std::string_view text) {
  return *Decimal::parse(text);
}

Payment payment(std::int64_t minor, Currency currency = cad, std::string client = {}) {
  return {.id = {1},
          .order_id = {1},
          .user_id = {1},
          .amount_minor = minor,
          .currency = currency,
          .description = {},
          .client = std::move(client),
          .metadata = {},
          .method = {},
          .last_error = {},
          .expires_at = {},
          .next_action = {},
          .custody = {}};
}

TEST(Rules, the_first_that_fits_counts) {
  const Rules rules{.rules = {{.methods = Methods::parse("wallet"), .providers = {"wallets"}},
                              {.currencies = {eur, jpy}, .providers = {"europe"}},
                              {.clients = {"kiosk"}, .providers = {"kiosks"}},
                              {.amount_from = amount("100"), .providers = {"large"}},
                              {.amount_below = amount("1.50"), .providers = {"small"}}},
                    .otherwise = {"any"}};
  struct Row {
    Payment payment;
    Method method;
    std::string provider;
  };
  const std::vector<Row> rows{
      {payment(5000), Method::card, "any"},
      {payment(5000), Method::paypal, "wallets"},
      {payment(5000, eur), Method::apple_pay, "wallets"},
      {payment(5000, eur), Method::card, "europe"},
      {payment(99, jpy), Method::card, "europe"},
      {payment(50'000, cad, "kiosk"), Method::card, "kiosks"},
      {payment(50'000, cad, "shop"), Method::card, "large"},
      {payment(10'000), Method::card, "large"},
      {payment(9'999), Method::card, "any"},
      {payment(149), Method::card, "small"},
      {payment(150), Method::card, "any"},
  };
  for (const auto& [paid, method, provider] : rows)
    EXPECT_THAT(rules.providers_for(paid, method), ElementsAre(provider)) << paid.amount_minor;
}

TEST(Rules, that_can_never_match_say_why) {
  struct Row {
    std::vector<Rule> before;
    Rule rule;
    std::optional<std::string> why;
  };
  const auto first = "rule 1 before it takes all of its payments";
  const auto all = "the rules before it take all of its payments";
  const std::vector<Row> rows{
      {{}, {}, {}},
      {{Rule{}}, {.currencies = {eur}}, first},
      {{{.currencies = {eur}}}, {}, {}},
      {{{.currencies = {eur, cad}}}, {.currencies = {cad}}, first},
      {{{.currencies = {eur}}}, {.currencies = {eur, cad}}, {}},
      {{{.currencies = {eur}}, {.currencies = {cad}}}, {.currencies = {eur, cad}}, all},
      {{{.methods = Methods::parse("card")}, {.methods = Methods::parse("wallet")}}, {}, all},
      {{{.methods = Methods::parse("card")}, {.methods = Methods::parse("paypal")}}, {}, {}},
      {{{.clients = {"a"}}}, {.clients = {"a"}, .amount_from = amount("5")}, first},
      {{{.clients = {"a"}, .amount_from = amount("5")}}, {.clients = {"a"}}, {}},
      {{{.amount_from = amount("5")}, {.amount_below = amount("5")}}, {}, all},
      {{{.amount_from = amount("5.01")}, {.amount_below = amount("5")}}, {}, {}},
      {{},
       {.amount_from = amount("5"), .amount_below = amount("5")},
       "its amount-from is not below its amount-below"},
      {{}, {.amount_below = amount("0")}, "no amount is below its amount-below"},
      {{}, {.amount_from = amount("10000000000")}, "no amount is as high as its amount-from"},
      {{}, {.methods = Methods{}}, "it names no method"},
  };
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(why_never(rows[i].before, rows[i].rule), rows[i].why) << "row " << i;
}

class ProvidersTest : public testing::Test {
 protected:
  FakeProvider& add(const std::string& name) {
    auto provider = std::make_unique<FakeProvider>(name);
    auto& added = *provider;
    providers_.add(std::make_unique<Guard>(std::move(provider), Guard::Options{}, observer_));
    return added;
  }
  [[nodiscard]] std::vector<std::string> chosen() const {
    std::vector<std::string> names;
    for (const auto& choice :
         providers_.choices(payment(5000), KeptSource{.kind = KeptSource::Kind::card_token}))
      names.push_back(choice.provider + (choice.at_once ? "!" : ""));
    return names;
  }
  CountingObserver observer_;
  Providers providers_{{.otherwise = {"stripe", "paypal", "simulator", "gone"}}, "simulator"};
};

TEST_F(ProvidersTest, choices_are_those_that_are_set_up_and_take_it_in_order) {
  EXPECT_TRUE(providers_.empty());
  EXPECT_THAT(chosen(), ElementsAre("simulator!"));
  auto& paypal = add("paypal");
  auto& stripe = add("stripe");
  EXPECT_THAT(chosen(), ElementsAre("stripe", "paypal", "simulator!"));
  stripe.take_only([](const Charge& charge) { return charge.amount_minor < 5000; });
  EXPECT_THAT(chosen(), ElementsAre("paypal", "simulator!"));
  paypal.take_only([](const Charge&) { return false; });
  EXPECT_THAT(chosen(), ElementsAre("simulator!"));
}

TEST_F(ProvidersTest, health_is_shown_by_name) {
  add("stripe");
  add("paypal");
  std::vector<std::string> names;
  for (const auto& one : providers_.health()) names.push_back(one.name + (one.at_once ? "!" : ""));
  EXPECT_THAT(names, ElementsAre("paypal", "simulator!", "stripe"));
  EXPECT_THAT(providers_.names(), ElementsAre("paypal", "stripe"));
  EXPECT_EQ(providers_.find("simulator"), nullptr);
  EXPECT_EQ(providers_.find("stripe")->name(), "stripe");
}

}  // namespace
}  // namespace pay::test
