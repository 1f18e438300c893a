// The routes of notifications: listed with their filters, and retried.
#include <gmock/gmock.h>

#include "unit/controller/api_fixture.hpp"

namespace pay::test {
namespace {

using testing::HasSubstr;

class NotificationRoutes : public ApiTest {
 protected:
  NotificationRoutes() {
    memory_.notifications[{5}] = {.id = {5},
                                  .payment_id = {1},
                                  .sequence = 2,
                                  .client = {},
                                  .status = NotificationStatus::dead,
                                  .attempts = 9,
                                  .last_error = "500",
                                  .created_at = start_of_tests,
                                  .updated_at = start_of_tests,
                                  .due_at = start_of_tests};
  }
  http::Response retry(std::string id, std::vector<std::pair<std::string, std::string>> headers = {}) {
    return send({.method = "POST", .path = "/notifications/" + id + "/retry", .headers = std::move(headers)});
  }
};

TEST_F(NotificationRoutes, list_by_payment_and_status) {
  shelf_.notifications = {memory_.notifications.at({5})};
  const auto response =
      send({.method = "GET", .path = "/notifications", .query = "payment_id=1&status=dead&limit=3"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(
      shelf_.notification_filter,
      (NotificationFilter{.payment_id = PaymentId{1}, .status = NotificationStatus::dead, .client = {}}));
  EXPECT_EQ(shelf_.limit, 3U);
  EXPECT_THAT(response.body, HasSubstr(R"("event":"1-2")"));
  EXPECT_EQ(send({.method = "GET", .path = "/notifications", .query = "status=paid"}).status, 400);
}

TEST_F(NotificationRoutes, retry_one_and_show_it_as_it_is_then) {
  const auto response = retry("5");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, view::notification(memory_.notifications.at({5})));
  EXPECT_THAT(response.body, HasSubstr(R"("status":"pending","attempts":0)"));
  EXPECT_EQ(retry("6").status, 404);
  for (const std::string id : {"0", "05", "x", "-5"}) EXPECT_EQ(retry(id).status, 404) << id;
}

TEST_F(NotificationRoutes, retry_says_why_not_and_where_to_look_when_one_was_overtaken) {
  auto later = memory_.notifications.at({5});
  later.id = {6};
  later.sequence = 3;
  later.status = NotificationStatus::delivered;
  memory_.notifications[{6}] = later;
  const auto response = retry("5");
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(response.body, HasSubstr(R"("code":"invalid_state")"));
  EXPECT_THAT(response.body, HasSubstr("GET /payments/1/events"));
}

TEST_F(NotificationRoutes, retry_takes_no_key_and_refuses_a_malformed_one) {
  EXPECT_EQ(retry("5", {{"Idempotency-Key", "k"}}).status, 200);
  const auto again = retry("5", {{"Idempotency-Key", "k"}});
  EXPECT_EQ(again.status, 200);
  EXPECT_FALSE(headers_of(again).contains("Idempotent-Replayed"));
  EXPECT_TRUE(memory_.keys.empty());
  EXPECT_EQ(retry("5", {{"Idempotency-Key", "two words"}}).status, 400);
  EXPECT_EQ(retry("5", {{"Idempotency-Key", "k"}, {"Idempotency-Key", "l"}}).status, 400);
}

TEST_F(NotificationRoutes, retry_has_no_field_but_its_body_is_still_json) {
  const auto with = [&](std::string body) {
    return send({.method = "POST", .path = "/notifications/5/retry", .body = std::move(body)}).status;
  };
  EXPECT_EQ(with("{}"), 200);
  EXPECT_EQ(with("{"), 400);
}

TEST_F(NotificationRoutes, are_not_there_by_the_gateways_shape) {
  EXPECT_EQ(send({.method = "GET", .path = "/payments-api/notifications"}).status, 404);
}

}  // namespace
}  // namespace pay::test
