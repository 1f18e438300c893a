// Who is let in, before anything else of a request is looked at, and whose payments a request is about.
#include <gmock/gmock.h>

#include "unit/controller/api_fixture.hpp"

namespace pay::test {
namespace {

using testing::HasSubstr;

class Access : public ApiTest {
 protected:
  Access() { register_.have({client("shop", "shops-key"), client("other", "others-key")}); }
  static Client client(std::string name, std::string_view key) {
    return {.name = std::move(name),
            .notify_url = {},
            .created_at = start_of_tests,
            .keys = {{.id = {}, .hash = hash_of(key), .created_at = start_of_tests}}};
  }
  http::Response send_as(std::string_view key, Sent sent) {
    sent.headers.emplace_back("X-Api-Key", key);
    return send(std::move(sent));
  }
  /// With `{…}` replaced by an id.
  static std::string path_of(const controller::Route& route) {
    std::string path(route.pattern);
    if (const auto open = path.find('{'); open != std::string::npos)
      path.replace(open, path.find('}') - open + 1, "17");
    return path;
  }
};

TEST_F(Access, is_refused_on_every_command_and_query_without_a_key_and_with_a_wrong_one) {
  for (const auto& route : controller::routes()) {
    if (route.access == controller::Access::anyone) continue;
    for (const auto& headers :
         {std::vector<std::pair<std::string, std::string>>{}, {{"Authorization", "Bearer wrong"}}}) {
      start();  // with no wrong key counted yet
      // All that could be wrong besides is.
      const auto response = send({.method = std::string(route.method),
                                  .path = path_of(route),
                                  .body = "{no json",
                                  .headers = headers,
                                  .query = "limit=0"});
      EXPECT_EQ(response.status, 401) << route.method << " " << route.pattern;
      EXPECT_EQ(headers_of(response)["WWW-Authenticate"], R"(Bearer realm="payments")");
      EXPECT_THAT(response.body, HasSubstr(R"("code":"unauthorized")"));
    }
  }
  EXPECT_EQ(memory_.commits + memory_.roll_backs, 0);
}

TEST_F(Access, needs_no_key_where_anyone_is_let_in) {
  for (const auto& route : controller::routes()) {
    if (route.access == controller::Access::clients) continue;
    const auto response = send({.method = std::string(route.method), .path = path_of(route)});
    // Payers and providers come with keys of another kind.
    const bool is_arrival = std::holds_alternative<controller::Arrival>(route.endpoint);
    EXPECT_EQ(response.status, is_arrival ? 404 : 200) << route.pattern;
  }
}

TEST_F(Access, is_had_by_either_header) {
  for (const auto& header : {std::pair<std::string, std::string>{"authorization", "bearer shops-key"},
                             {"X-API-KEY", "shops-key"}}) {
    EXPECT_EQ(send({.method = "GET", .path = "/payments", .headers = {header}}).status, 200) << header.first;
  }
}

TEST_F(Access, with_too_many_wrong_keys_is_429_with_the_time_to_wait) {
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(send_as("wrong", {.method = "GET", .path = "/payments"}).status, 401);
  const auto response = send_as("wrong", {.method = "GET", .path = "/payments"});
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(headers_of(response)["Retry-After"], "60");
  EXPECT_FALSE(headers_of(response).contains("WWW-Authenticate"));
  EXPECT_THAT(response.body, HasSubstr(R"("code":"rate_limited")"));
  EXPECT_EQ(send_as("shops-key", {.method = "GET", .path = "/payments"}).status, 200);
}

TEST_F(Access, is_answered_before_the_path_is_known_as_elsewhere) {
  EXPECT_EQ(send({.method = "GET", .path = "/nothing"}).status, 404);
  EXPECT_EQ(send({.method = "PUT", .path = "/payments"}).status, 405);
  EXPECT_EQ(send({.method = "OPTIONS", .path = "/payments"}).status, 200);
}

TEST_F(Access, makes_payments_their_clients_own) {
  const auto created = send_as("shops-key", {.method = "POST", .path = "/payments", .body = create_body});
  ASSERT_EQ(created.status, 201);
  EXPECT_EQ(memory_.payments.at({1}).client, "shop");
  const Sent process{.method = "POST", .path = "/payments/process/1", .body = card_body};
  EXPECT_EQ(send_as("others-key", process).status, 404);
  EXPECT_EQ(memory_.payments.at({1}).status, Status::pending);
  EXPECT_EQ(send_as("shops-key", process).status, 200);
}

TEST_F(Access, reads_what_is_a_clients_own) {
  auto theirs = Payment{.id = {1}, .currency = *Currency::find("CAD"), .client = "other"};
  shelf_.payments = {theirs};
  EXPECT_EQ(send_as("shops-key", {.method = "GET", .path = "/payments/1"}).status, 404);
  EXPECT_EQ(send_as("others-key", {.method = "GET", .path = "/payments/1"}).status, 200);
  send_as("shops-key", {.method = "GET", .path = "/payments"});
  EXPECT_EQ(shelf_.payment_filter.client, "shop");
}

TEST_F(Access, keeps_idempotency_keys_apart) {
  const Sent create{
      .method = "POST", .path = "/payments", .body = create_body, .headers = {{"Idempotency-Key", "k"}}};
  const auto first = send_as("shops-key", create);
  const auto other = send_as("others-key", create);
  const auto again = send_as("shops-key", create);
  EXPECT_FALSE(headers_of(other).contains("Idempotent-Replayed"));
  EXPECT_EQ(headers_of(again)["Idempotent-Replayed"], "true");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(memory_.payments.size(), 2U);
  EXPECT_TRUE(memory_.keys.contains({.client = "shop", .key = "k"}));
}

TEST_F(Access, without_a_key_lets_pages_of_other_sites_change_nothing) {
  Sent create{.method = "POST",
              .path = "/payments",
              .body = create_body,
              .headers = {{"Sec-Fetch-Site", "cross-site"}}};
  EXPECT_EQ(send_as("shops-key", create).status, 201);
  register_.have({});
  register_.wait_until_read();
  const auto refused = send(create);
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.body, HasSubstr("pages of other sites"));
  EXPECT_EQ(memory_.payments.size(), 1U);
  EXPECT_EQ(send({.method = "GET", .path = "/payments", .headers = create.headers}).status, 200);
  for (const auto* site : {"same-origin", "same-site", "none"}) {
    create.headers = {{"Sec-Fetch-Site", site}};
    EXPECT_EQ(send(create).status, 201) << site;
  }
}

TEST_F(Access, without_clients_is_everybodys_and_payments_are_nobodys) {
  register_.have({});
  EXPECT_EQ(send({.method = "POST", .path = "/payments", .body = create_body}).status, 201);
  EXPECT_EQ(memory_.payments.at({1}).client, "");
  send({.method = "GET", .path = "/payments"});
  EXPECT_EQ(shelf_.payment_filter.client, std::nullopt);
}

TEST_F(Access, without_a_key_is_had_under_a_name_where_that_is_wanted) {
  start({.anonymous = "web"});
  EXPECT_EQ(send({.method = "POST", .path = "/payments", .body = create_body}).status, 201);
  EXPECT_EQ(memory_.payments.at({1}).client, "web");
  EXPECT_EQ(send_as("others-key", {.method = "DELETE", .path = "/payments/1"}).status, 404);
}

}  // namespace
}  // namespace pay::test
