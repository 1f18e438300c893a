// The optional fields of capture, cancel and refund.
#include <gtest/gtest.h>

#include <string>

#include "unit/view/samples.hpp"
#include "view/requests.hpp"

namespace pay::view {
namespace {

constexpr PaymentId id{7};

TEST(ChangeRequest, without_fields_asks_for_everything) {
  for (const std::string_view body :
       {"", "null", "{}", R"({"amount":null,"reason":null})", R"({"other":1})"}) {
    const auto capture = read_capture(id, body);
    const auto cancel = read_cancel(id, body);
    const auto refund = read_refund(id, body);
    ASSERT_TRUE(capture && cancel && refund && read_nothing(body)) << body;
    EXPECT_EQ(capture->id, id);
    EXPECT_FALSE(capture->amount);
    EXPECT_EQ(cancel->reason, "");
    EXPECT_FALSE(refund->amount);
    EXPECT_EQ(refund->reason, "");
  }
}

TEST(ChangeRequest, takes_an_amount_as_a_number_or_a_text) {
  for (const std::string_view body :
       {R"({"amount":19.5})", R"({"amount":"19.50"})", R"({"amount":1.95e1})"}) {
    const Decimal expected{.units = 19, .billionths = 500'000'000};
    EXPECT_EQ(read_capture(id, body)->amount, expected) << body;
    EXPECT_EQ(read_refund(id, body)->amount, expected) << body;
  }
}

TEST(ChangeRequest, takes_a_reason) {
  EXPECT_EQ(read_cancel(id, R"({"reason":"rupture de stock"})")->reason, "rupture de stock");
  EXPECT_EQ(read_refund(id, R"({"reason":"rupture de stock"})")->reason, "rupture de stock");
}

TEST(ChangeRequest, names_every_wrong_field) {
  struct Case {
    std::string body;
    std::string_view fields;
  };
  for (const auto& [body, fields] : {
           Case{R"({"amount":0})", "amount"},
           Case{R"({"amount":-1})", "amount"},
           Case{R"({"amount":""})", "amount"},
           Case{R"({"amount":true})", "amount"},
           Case{R"({"amount":"ten"})", "amount"},
           Case{R"({"reason":1})", "reason"},
           Case{R"({"reason":"card 4242424242424242"})", "reason"},
           Case{"{\"reason\":\"" + std::string(501, 'x') + "\"}", "reason"},
           Case{R"({"amount":{},"reason":[]})", "amount reason"},
       }) {
    const auto refund = read_refund(id, body);
    ASSERT_FALSE(refund) << body;
    EXPECT_EQ(refund.error().code, ErrorCode::invalid_request);
    EXPECT_EQ(fields_of(refund.error()), fields) << body;
  }
}

TEST(ChangeRequest, ignores_fields_that_a_route_does_not_know) {
  EXPECT_TRUE(read_cancel(id, R"({"amount":-1})"));
  EXPECT_TRUE(read_capture(id, R"({"reason":1})"));
  EXPECT_TRUE(read_nothing(R"({"amount":-1,"reason":1})"));
}

TEST(ChangeRequest, must_still_be_json) {
  EXPECT_EQ(read_capture(id, "{").error().code, ErrorCode::malformed_json);
  EXPECT_EQ(read_cancel(id, "x").error().code, ErrorCode::malformed_json);
  EXPECT_EQ(read_refund(id, "{]").error().code, ErrorCode::malformed_json);
  EXPECT_EQ(read_nothing("{").error().code, ErrorCode::malformed_json);
}

}  // namespace
}  // namespace pay::view
