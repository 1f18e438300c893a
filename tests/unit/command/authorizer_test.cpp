// Who is asked before a command is one, and what of it is the answer at once.
#include "command/authorizer.hpp"

#include <gmock/gmock.h>

#include "provider/simulator/simulator.hpp"
#include "unit/command/samples.hpp"

namespace pay::test {
namespace {

Source card(std::string_view number, Expiry expiry = {2030, 1}) {
  return RawCard{std::make_shared<const Card>(Secret(number), Secret("123"), expiry)};
}

const Simulator simulator;
const FakeClock clock_of_tests;
const Authorizer alone(&simulator, true, clock_of_tests);
const Authorizer among_others(&simulator, false, clock_of_tests);
const Authorizer without(nullptr, false, clock_of_tests);

TEST(Authorizer, makes_the_providers_answer_a_command) {
  const auto approved = alone.authorize({7}, card("4242424242424242"), "https://shop.test/done");
  ASSERT_TRUE(approved);
  EXPECT_EQ(approved->id, PaymentId{7});
  EXPECT_EQ(approved->return_url, "https://shop.test/done");
  EXPECT_EQ(approved->at_once_provider, "simulator");
  EXPECT_EQ(approved->source, (KeptSource{.kind = KeptSource::Kind::raw_card}));
  EXPECT_EQ(approved->outline, "visa 424242 4242 2030-1");
  EXPECT_EQ(std::get<Approved>(**approved->at_once).method.last4, "4242");
  EXPECT_TRUE(std::holds_alternative<Declined>(**alone.authorize({7}, card("4000000000009995"))->at_once));
}

TEST(Authorizer, of_the_only_provider_gives_its_refusal_as_the_answer) {
  EXPECT_EQ(alone.authorize({7}, card("4242424242424241")).error().code, ErrorCode::incorrect_number);
  EXPECT_EQ(alone.authorize({7}, card("4539578763621486")).error().code, ErrorCode::live_card_refused);
}

TEST(Authorizer, among_others_leaves_to_them_what_the_one_refuses) {
  const auto real = among_others.authorize({7}, card("4539578763621486"));
  ASSERT_TRUE(real);
  ASSERT_TRUE(real->at_once);
  EXPECT_EQ(real->at_once->error().code, ErrorCode::live_card_refused);
  EXPECT_EQ(real->card->expiry.year, 2030);
}

TEST(Authorizer, checks_a_typed_card_whoever_takes_it) {
  for (const auto* authorizer : {&alone, &among_others, &without}) {
    EXPECT_EQ(authorizer->authorize({7}, card("4242424242424241")).error().code, ErrorCode::incorrect_number);
    EXPECT_EQ(authorizer->authorize({7}, card("4242424242424242", {2020, 1})).error().code,
              ErrorCode::invalid_expiry_year);
  }
  EXPECT_TRUE(among_others.authorize({7}, card("9999999999999"))) << "a test number that fails Luhn";
  EXPECT_FALSE(without.authorize({7}, card("9999999999999")));
}

TEST(Authorizer, without_a_provider_that_answers_at_once_asks_nobody) {
  const auto command = without.authorize({7}, CardToken{"pm_card_visa"});
  ASSERT_TRUE(command);
  EXPECT_FALSE(command->at_once.has_value());
  EXPECT_EQ(command->at_once_provider, "");
  EXPECT_EQ(command->card, nullptr);
  EXPECT_EQ(command->source, (KeptSource{.kind = KeptSource::Kind::card_token, .token = "pm_card_visa"}));
}

}  // namespace
}  // namespace pay::test
