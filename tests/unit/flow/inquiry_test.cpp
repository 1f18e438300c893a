#include "flow/inquiry.hpp"

#include <gmock/gmock.h>

#include "unit/flow/fakes.hpp"

namespace pay::test {
namespace {

class InquiryTest : public testing::Test {
 protected:
  void inquire_with(Inquiry inquiry, const Instruction& about = instruction(1)) {
    inquire(bank_, about, inquiry, std::string(approval_canceled),
            [this](Outcome outcome) { said_ = std::move(outcome); });
  }
  FakeProvider bank_{"bank"};
  std::optional<Outcome> said_;
};

TEST_F(InquiryTest, a_look_up_tells_what_it_found) {
  inquire_with(Inquiry::look_up);
  bank_.answer_next(Pending{.reference = "r"});
  EXPECT_TRUE(std::holds_alternative<Pending>(*said_));
}

TEST_F(InquiryTest, who_is_given_up_before_the_payer_agreed_is_declined) {
  inquire_with(Inquiry::give_up);
  bank_.answer_next(ActionRequired{.url = "https://bank/approve", .reference = "r"});
  auto voided = bank_.next();
  EXPECT_FALSE(voided.is_look_up);
  EXPECT_EQ(voided.instruction.attempt.kind, AttemptKind::void_authorization);
  EXPECT_EQ(voided.instruction.attempt.call->about, "r");
  EXPECT_NE(provider_key(voided.instruction.attempt), provider_key(instruction(1).attempt));
  voided.done(Succeeded{});
  EXPECT_EQ(std::get<Declined>(*said_).decline_code, approval_canceled);
}

TEST_F(InquiryTest, each_try_to_give_up_is_told_from_the_one_before) {
  auto tried = instruction(1);
  tried.attempt.call->tries = 4;
  inquire_with(Inquiry::give_up, tried);
  bank_.answer_next(ActionRequired{.url = "https://bank/approve", .reference = "r"});
  EXPECT_EQ(bank_.next().instruction.attempt.call->tries, 4);
}

TEST_F(InquiryTest, a_payer_who_agreed_meanwhile_has_paid) {
  inquire_with(Inquiry::give_up);
  bank_.answer_next(Succeeded{.reference = "r"});
  EXPECT_TRUE(std::holds_alternative<Succeeded>(*said_));
  EXPECT_EQ(bank_.asked(), 0U);
}

TEST_F(InquiryTest, what_cannot_be_voided_is_as_it_was_found) {
  for (const Outcome& refusal : std::vector<Outcome>{Declined{"x"}, Unknown{.why = "reset"}, NotExecuted{}}) {
    inquire_with(Inquiry::give_up);
    bank_.answer_next(ActionRequired{.url = "https://bank/approve", .reference = "r"});
    bank_.answer_next(refusal);
    EXPECT_TRUE(std::holds_alternative<ActionRequired>(*said_));
  }
}

TEST_F(InquiryTest, nothing_without_a_name_can_be_voided) {
  inquire_with(Inquiry::give_up);
  bank_.answer_next(Pending{});
  EXPECT_TRUE(std::holds_alternative<Pending>(*said_));
}

}  // namespace
}  // namespace pay::test
