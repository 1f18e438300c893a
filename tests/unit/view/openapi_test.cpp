// The OpenAPI document says the same as the code: codes, statuses, versions, members.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "unit/view/samples.hpp"
#include "view/requests.hpp"
#include "view/responses.hpp"
#include "view/wording.hpp"

namespace pay::view {
namespace {

const boost::json::value& document() {
  static const boost::json::value json = boost::json::parse(openapi());
  return json;
}

const boost::json::value& schema(std::string_view name) {
  return document().at("components").at("schemas").at(name);
}

std::set<std::string> keys(const boost::json::value& object) {
  std::set<std::string> names;
  for (const auto& member : object.as_object()) names.emplace(member.key());
  return names;
}

std::set<std::string> texts(const boost::json::value& array) {
  std::set<std::string> found;
  for (const auto& element : array.as_array()) found.emplace(element.as_string());
  return found;
}

void expect_references_to_resolve(const boost::json::value& value) {
  if (value.is_array()) {
    for (const auto& element : value.as_array()) expect_references_to_resolve(element);
  }
  if (!value.is_object()) return;
  for (const auto& [key, member] : value.as_object()) {
    if (key == "$ref") {
      boost::json::error_code why;
      EXPECT_NE(document().find_pointer(std::string_view(member.as_string()).substr(1), why), nullptr)
          << member;
    }
    expect_references_to_resolve(member);
  }
}

TEST(OpenApi, is_of_this_version) {
  EXPECT_EQ(document().at("openapi").as_string(), "3.1.0");
  EXPECT_EQ(document().at("info").at("version").as_string(), PAY_VERSION);
}

TEST(OpenApi, refers_to_nothing_that_is_not_there) {
  expect_references_to_resolve(document());
}

TEST(OpenApi, lists_every_error_code_with_its_status) {
  std::set<std::string> listed;
  for (const auto& row : document().at("x-error-codes").as_array()) {
    const auto code = find_error_code(row.at("code").as_string());
    if (!code) {
      ADD_FAILURE() << row;
      continue;
    }
    EXPECT_EQ(row.at("status").as_int64(), http_status(*code)) << row;
    EXPECT_EQ(row.at("retryable").as_bool(), retryable(*code)) << row;
    listed.emplace(row.at("code").as_string());
  }
  EXPECT_EQ(listed.size(), std::size_t(ErrorCode::unavailable) + 1);
  EXPECT_EQ(listed, texts(schema("ErrorCode").at("enum")));
}

TEST(OpenApi, knows_every_member_of_a_payment) {
  const auto shown = keys(boost::json::parse(payment(paid_payment())));
  EXPECT_EQ(shown, keys(schema("Payment").at("properties")));
  EXPECT_EQ(shown, texts(schema("Payment").at("required")));
  for (const auto& example : document().at("components").at("examples").as_object()) {
    const auto& value = example.value().at("value");
    if (value.as_object().contains("capture_method")) EXPECT_EQ(keys(value), shown) << example.key();
  }
}

/// The members of an object that the code shows, as the document has them.
void expect_members(const std::string& shown, std::string_view schema_name) {
  const auto members = keys(boost::json::parse(shown));
  EXPECT_EQ(members, keys(schema(schema_name).at("properties"))) << schema_name;
  EXPECT_EQ(members, texts(schema(schema_name).at("required"))) << schema_name;
}

std::string first_row(const std::string& list) {
  return boost::json::serialize(boost::json::parse(list).at("data").at(0));
}

TEST(OpenApi, knows_every_member_of_an_attempt_and_of_a_provider) {
  const Attempt attempt{.id = {1}, .payment_id = {1}, .provider = "p", .decline_code = {}, .finished_at = {}};
  expect_members(first_row(page(Page<Attempt>{.rows = {attempt}, .next_cursor = {}})), "Attempt");
  expect_members(first_row(providers({{.name = "p"}})), "ProviderHealth");
  expect_members(received(), "Received");
  for (const auto& kind : texts(schema("AttemptKind").at("enum")))
    EXPECT_TRUE(find_attempt_kind(kind)) << kind;
  EXPECT_EQ(schema("AttemptKind").at("enum").as_array().size(), std::size_t(AttemptKind::refund) + 1);
  for (const auto& outcome : texts(schema("AttemptOutcome").at("enum")))
    EXPECT_TRUE(find_attempt_outcome(outcome)) << outcome;
  EXPECT_EQ(schema("AttemptOutcome").at("enum").as_array().size(), std::size_t(AttemptOutcome::unknown) + 1);
}

TEST(OpenApi, knows_what_the_payer_must_do_next_and_what_paid) {
  Payment payment = paid_payment();
  payment.next_action = NextAction{.url = "https://pay.example", .expires_at = noon()};
  const auto shown = boost::json::parse(view::payment(payment));
  expect_members(boost::json::serialize(shown.at("next_action")), "NextAction");
  expect_members(boost::json::serialize(shown.at("payment_method")), "PaymentMethod");
  const auto brands = texts(schema("PaymentMethod").at("properties").at("brand").at("enum"));
  for (const auto& brand : brands) EXPECT_TRUE(find_brand(brand)) << brand;
  EXPECT_EQ(brands.size(), std::size_t(Brand::paypal) + 1);
}

TEST(OpenApi, knows_every_wallet) {
  const auto wallets = texts(schema("WalletInput").at("properties").at("wallet").at("enum"));
  for (const auto& wallet : wallets) EXPECT_TRUE(find_wallet_name(wallet)) << wallet;
  EXPECT_EQ(wallets.size(), std::size_t(WalletName::paypal) + 1);
}

/// Whoever looks a decline code up here finds a sentence of its own for it.
TEST(OpenApi, names_decline_codes_that_have_their_own_words) {
  for (const auto& code : texts(schema("DeclineCode").at("examples"))) {
    EXPECT_NE(decline_reason(code).en, explanation(ErrorCode::card_declined).en) << code;
  }
}

TEST(OpenApi, shows_examples_of_ways_to_pay_that_are_read) {
  const auto& examples = document().at_pointer(
      "/paths/~1payments~1process~1{id}/post/requestBody/content/application~1json/examples");
  for (const auto& [name, example] : examples.as_object())
    EXPECT_TRUE(read_process(boost::json::serialize(example.at("value")))) << name;
}

TEST(OpenApi, knows_every_member_of_a_notification) {
  const auto shown = keys(boost::json::parse(notification({})));
  EXPECT_EQ(shown, keys(schema("Notification").at("properties")));
  EXPECT_EQ(shown, texts(schema("Notification").at("required")));
  for (const auto& status : texts(schema("NotificationStatus").at("enum"))) {
    EXPECT_TRUE(find_notification_status(status)) << status;
  }
}

/// What a route that is open answers, and what one that needs a key does.
TEST(OpenApi, says_401_of_every_route_that_needs_a_key) {
  EXPECT_EQ(keys(document().at("components").at("securitySchemes")),
            (std::set<std::string>{"apiKey", "bearer"}));
  for (const auto& [path, item] : document().at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      const bool is_open = operation.as_object().contains("security");
      const auto statuses = keys(operation.at("responses"));
      EXPECT_EQ(statuses.contains("401"), !is_open) << method << " " << path;
      const bool has_keys_of_its_own = path == "/payments/{id}/return";
      EXPECT_EQ(statuses.contains("429"), !is_open || has_keys_of_its_own) << method << " " << path;
    }
  }
}

TEST(OpenApi, knows_every_status) {
  for (const auto& status : texts(schema("Status").at("enum"))) EXPECT_TRUE(find_status(status)) << status;
  EXPECT_EQ(schema("Status").at("enum").as_array().size(), std::size_t(Status::canceled) + 1);
}

TEST(OpenApi, knows_every_member_of_a_problem) {
  const Error error{.code = ErrorCode::invalid_request, .fields = {{"limit", {"x", "x"}}}};
  const auto members = keys(schema("Problem").at("properties"));
  for (const auto& member : keys(boost::json::parse(problem(error, Language::english, "/", "r").body))) {
    EXPECT_TRUE(members.contains(member)) << member;
  }
}

TEST(DocsPage, needs_no_other_host) {
  for (const std::string_view elsewhere : {"http://", "https://", "//cdn", "src=", "@import", "url("}) {
    EXPECT_EQ(docs_page().find(elsewhere), std::string_view::npos) << elsewhere;
  }
  EXPECT_NE(docs_page().find("./openapi.json"), std::string_view::npos);
  EXPECT_TRUE(docs_page().ends_with("</html>\n"));
}

}  // namespace
}  // namespace pay::view
