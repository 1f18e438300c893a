// Which bodies create a payment, and which fields are named when they do not.
#include <gtest/gtest.h>

#include <string>

#include "unit/view/samples.hpp"
#include "view/requests.hpp"

namespace pay::view {
namespace {

Result<CreatePayment> read(std::string_view body) {
  return read_create(body, currency("CAD"), "shop");
}

/// A whole request in which one member is added.
std::string with(std::string_view member) {
  return R"({"user_id":1,"order_id":2,"total_amount":99.53,)" + std::string(member) + "}";
}

TEST(CreateRequest, takes_what_existing_clients_send) {
  struct Case {
    std::string_view body;
    std::int64_t order_id;
    std::int64_t minor;
  };
  for (const auto& [body, order_id, minor] : {
           Case{R"({"user_id":1,"order_id":1,"total_amount":99.53})", 1, 9953},
           Case{R"({"user_id":"1","order_id":"7","total_amount":"3999.98"})", 7, 399998},
           Case{R"({"user_id":1,"order_id":1,"total_amount":21999.890000000003})", 1, 2199989},
           Case{R"({"user_id":1,"order_id":1,"total_amount":1e2})", 1, 10000},
           Case{R"({"user_id":1,"order_id":1,"total_amount":500,"items":[{"a":1}],"x":null})", 1, 50000},
           Case{R"({"user_id":1,"order_id":9007199254740991,"total_amount":9999999999.99})", 9007199254740991,
                999999999999},
           Case{R"({"order_id":5,"user_id":1,"order_id":6,"total_amount":1})", 6, 100},
       }) {
    const auto command = read(body);
    ASSERT_TRUE(command) << body << shown(command.error());
    EXPECT_EQ(command->order_id.value, order_id) << body;
    EXPECT_EQ(command->user_id.value, 1) << body;
    EXPECT_EQ(to_minor(command->amount, command->currency), minor) << body;
    EXPECT_EQ(command->client, "shop");
    EXPECT_EQ(command->capture_method, CaptureMethod::automatic);
    EXPECT_EQ(command->currency, currency("CAD"));
  }
}

TEST(CreateRequest, names_every_wrong_field_at_once) {
  struct Case {
    std::string body;
    std::string_view fields;
  };
  const std::string long_text(501, 'x');
  for (const auto& [body, fields] : {
           Case{"{}", "order_id user_id total_amount"},
           Case{"", "order_id user_id total_amount"},
           Case{"null", "order_id user_id total_amount"},
           Case{R"({"user_id":null,"order_id":1,"total_amount":1})", "user_id"},
           Case{R"({"user_id":0,"order_id":-1,"total_amount":0.0})", "order_id user_id total_amount"},
           Case{R"({"user_id":"","order_id":1,"total_amount":""})", "user_id total_amount"},
           Case{R"({"user_id":true,"order_id":1.0,"total_amount":false})", "order_id user_id total_amount"},
           Case{R"({"user_id":" 7 ","order_id":"+7","total_amount":" 1 "})", "order_id user_id total_amount"},
           Case{R"({"user_id":"1e2","order_id":1e2,"total_amount":"abc"})", "order_id user_id total_amount"},
           Case{R"({"user_id":[1],"order_id":{},"total_amount":[]})", "order_id user_id total_amount"},
           Case{R"({"user_id":1,"order_id":9007199254740992,"total_amount":1})", "order_id"},
           Case{R"({"user_id":1,"order_id":1,"total_amount":10000000000})", "total_amount"},
           Case{R"({"user_id":1,"order_id":1,"total_amount":1e400})", "total_amount"},
           Case{R"({"user_id":1,"order_id":1,"total_amount":0.001})", "total_amount"},
           Case{R"({"user_id":1,"order_id":1,"total_amount":1.234})", "total_amount"},
           Case{R"({"user_id":1,"order_id":1,"total_amount":1.5,"currency":"jpy"})", "total_amount"},
           Case{with(R"("currency":"XXZ")"), "currency"},
           Case{with(R"("currency":"")"), "currency"},
           Case{with(R"("currency":124)"), "currency"},
           Case{with(R"("capture_method":"later")"), "capture_method"},
           Case{with(R"("capture_method":1)"), "capture_method"},
           Case{with(R"("description":5)"), "description"},
           Case{with("\"description\":\"" + long_text + "\""), "description"},
           Case{with(R"("description":"my card is 4242 4242 4242 4242")"), "description"},
           Case{with(R"("metadata":"x")"), "metadata"},
           Case{with(R"("metadata":[])"), "metadata"},
           Case{with(R"("metadata":{"a":1,"b":null,"c":"fine"})"), "metadata.a metadata.b"},
           Case{with(R"("metadata":{"":"x"})"), "metadata"},
           Case{with("\"metadata\":{\"" + std::string(41, 'k') + "\":\"x\"}"), "metadata"},
           Case{with("\"metadata\":{\"k\":\"" + long_text + "\"}"), "metadata.k"},
           Case{with(R"("metadata":{"k":"4242-4242-4242-4242"})"), "metadata.k"},
           Case{with(R"("metadata":{"4242424242424242":"x"})"), "metadata"},
           Case{with(R"("currency":"?","capture_method":"?","description":1,"metadata":1)"),
                "currency capture_method description metadata"},
       }) {
    const auto command = read(body);
    ASSERT_FALSE(command) << body;
    EXPECT_EQ(command.error().code, ErrorCode::invalid_request) << body;
    EXPECT_EQ(fields_of(command.error()), fields) << body;
    EXPECT_EQ(shown(command.error()).find("4242"), std::string::npos) << body;
  }
}

TEST(CreateRequest, tells_of_a_missing_field_in_the_words_that_clients_know) {
  for (const std::string_view body : {"{}", R"({"user_id":0,"order_id":1,"total_amount":1})",
                                      R"({"user_id":1,"order_id":1,"total_amount":-5})"}) {
    const auto command = read(body);
    ASSERT_FALSE(command);
    EXPECT_EQ(command.error().detail.fr,
              "Vous devez indiquer un ID commande, ID utilisateur et valeur pour le paiement.");
  }
  EXPECT_EQ(read(R"({"user_id":"x","order_id":1,"total_amount":1})").error().detail.fr, "");
}

TEST(CreateRequest, keeps_what_a_client_adds) {
  const auto command = read(with(R"("currency":"uSd","capture_method":"manual","description":"Café",)"
                                 R"("metadata":{"color":"red","size":"L","color":"blue"})"));
  ASSERT_TRUE(command);
  EXPECT_EQ(command->currency.code(), "USD");
  EXPECT_EQ(command->capture_method, CaptureMethod::manual);
  EXPECT_EQ(command->description, "Café");
  EXPECT_EQ(command->metadata, (Metadata{{"color", "blue"}, {"size", "L"}}));
}

TEST(CreateRequest, counts_characters_not_bytes) {
  std::string accents;
  for (int i = 0; i < 500; ++i) accents += "é";
  EXPECT_TRUE(read(with("\"description\":\"" + accents + "\"")));
  EXPECT_FALSE(read(with("\"description\":\"" + accents + "é\"")));
  EXPECT_TRUE(read(with("\"metadata\":{\"k\":\"" + accents + "\"}")));
}

TEST(CreateRequest, takes_fifty_pairs_of_metadata_and_no_more) {
  const auto pairs = [](int count) {
    std::string text = "\"metadata\":{";
    for (int i = 0; i < count; ++i) text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":\"v\"";
    return with(text + "}");
  };
  EXPECT_TRUE(read(pairs(50)));
  EXPECT_EQ(fields_of(read(pairs(51)).error()), "metadata");
  EXPECT_EQ(fields_of(read(pairs(4000)).error()), "metadata");
}

TEST(CreateRequest, answers_thousands_of_wrong_pairs_with_a_bounded_error) {
  std::string text = "\"metadata\":{\"k\":1";
  for (int i = 0; i < 5000; ++i) text += ",\"k" + std::to_string(i) + "\":1";
  EXPECT_LE(read(with(text + "}")).error().fields.size(), 100U);
}

}  // namespace
}  // namespace pay::view
