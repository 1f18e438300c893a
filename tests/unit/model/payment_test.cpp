// The names that go over the wire and into the database, what is derived from a payment, and its metadata.
#include "model/payment.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "model/event.hpp"

namespace pay {
namespace {

TEST(Names, of_a_status_go_out_and_come_back) {
  for (const auto status : {Status::pending, Status::requires_action, Status::processing, Status::authorized,
                            Status::paid, Status::partially_refunded, Status::refunded, Status::canceled}) {
    EXPECT_EQ(find_status(name(status)), status);
  }
  EXPECT_EQ(name(Status::partially_refunded), "partially_refunded");
  EXPECT_EQ(name(Status::canceled), "canceled");
  EXPECT_FALSE(find_status("cancelled"));
}

TEST(Names, of_a_capture_method_go_out_and_come_back) {
  for (const auto method : {CaptureMethod::automatic, CaptureMethod::manual}) {
    EXPECT_EQ(find_capture_method(name(method)), method);
  }
  EXPECT_EQ(name(CaptureMethod::manual), "manual");
  EXPECT_FALSE(find_capture_method("Manual"));
}

TEST(Names, of_a_method_type_go_out_and_come_back) {
  for (const auto type :
       {MethodType::credit_card, MethodType::debit_card, MethodType::prepaid_card, MethodType::wallet}) {
    EXPECT_EQ(find_method_type(name(type)), type);
  }
  EXPECT_EQ(name(MethodType::prepaid_card), "prepaid_card");
  EXPECT_FALSE(find_method_type("card"));
}

TEST(Names, of_an_event_type_go_out_and_come_back) {
  for (const auto type :
       {EventType::created, EventType::declined, EventType::processing, EventType::requires_action,
        EventType::authorized, EventType::paid, EventType::canceled, EventType::refunded}) {
    EXPECT_EQ(find_event_type(name(type)), type);
  }
  EXPECT_EQ(name(EventType::refunded), "refunded");
  EXPECT_FALSE(find_event_type("payment.paid"));
}

TEST(Names, of_an_outcome_and_of_a_refund_go_out_and_come_back) {
  for (const auto outcome : {AttemptOutcome::pending, AttemptOutcome::succeeded, AttemptOutcome::declined,
                             AttemptOutcome::not_executed, AttemptOutcome::unknown}) {
    EXPECT_EQ(find_attempt_outcome(name(outcome)), outcome);
  }
  EXPECT_EQ(name(AttemptOutcome::not_executed), "not_executed");
  for (const auto status : {RefundStatus::pending, RefundStatus::succeeded, RefundStatus::failed}) {
    EXPECT_EQ(find_refund_status(name(status)), status);
  }
  EXPECT_EQ(name(RefundStatus::failed), "failed");
}

Payment payment_in(Status status) {
  return {.order_id = {1},
          .user_id = {1},
          .amount_minor = 1000,
          .currency = *Currency::find("CAD"),
          .status = status,
          .captured_minor = 1000,
          .refunded_minor = 300};
}

TEST(Payment, is_paid_while_money_of_it_is_kept) {
  EXPECT_TRUE(is_paid(payment_in(Status::paid)));
  EXPECT_TRUE(is_paid(payment_in(Status::partially_refunded)));
  for (const auto status : {Status::pending, Status::requires_action, Status::processing, Status::authorized,
                            Status::refunded, Status::canceled}) {
    EXPECT_FALSE(is_paid(payment_in(status))) << name(status);
  }
}

TEST(Payment, can_give_back_what_was_captured_and_not_yet_refunded) {
  EXPECT_EQ(refundable_minor(payment_in(Status::partially_refunded)), 700);
}

TEST(Metadata, is_kept_as_netstrings) {
  EXPECT_EQ(encode_metadata({{"color", "red"}}), "5:color,3:red,");
  EXPECT_EQ(encode_metadata({}), "");
}

TEST(Metadata, comes_back_untouched_and_in_order) {
  const Metadata metadata{
      {"b", "2"},         {"a", ""},        {"", "empty key"}, {"3:x,", "5:colon,"},
      {"été", "☕ café"}, {"line", "a\nb"}, {"b", "again"},    {"long", std::string(500, 'x')}};
  EXPECT_EQ(decode_metadata(encode_metadata(metadata)), metadata);
  EXPECT_EQ(decode_metadata(""), Metadata{});
}

TEST(Metadata, that_is_damaged_is_not_guessed_at) {
  for (const std::string_view text :
       {"5:color,", "5:color,3:re", "5:color,3:red", "5:color3:red,", "x", ":,:,", "5", "5:", "-1:a,1:b,",
        "9:color,3:red,", "18446744073709551615:a,1:b,", "99999999999999999999:a,1:b,", "1:a,1:b,1:c,"}) {
    EXPECT_THROW(decode_metadata(text), std::runtime_error) << text;
  }
}

}  // namespace
}  // namespace pay
