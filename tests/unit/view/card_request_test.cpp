// Both forms of a card, and which field is named when one cannot be read. No error shows a card's digits.
#include <gtest/gtest.h>

#include <string>

#include "unit/view/samples.hpp"
#include "view/requests.hpp"

namespace pay::view {
namespace {

/// A card as `number/cvc/month/year`; wrong fields when there is none.
std::string read(std::string_view body) {
  const auto request = read_process(body);
  if (!request) {
    EXPECT_EQ(request.error().code, ErrorCode::invalid_request) << body;
    EXPECT_EQ(shown(request.error()).find("4242"), std::string::npos) << body;
    return fields_of(request.error());
  }
  const auto& card = *std::get<RawCard>(request->source).card;
  return std::string(card.number.reveal()) + "/" + std::string(card.cvc.reveal()) + "/" +
         std::to_string(card.expiry.month) + "/" + std::to_string(card.expiry.year);
}

struct Case {
  std::string_view body;
  std::string_view expected;
};

TEST(CardRequest, reads_three_flat_fields) {
  for (
      const auto& [body, expected] : {
          Case{R"({"cardNumber":"4242424242424242","cardCode":"123","expirationDate":"2030-01-05"})",
               "4242424242424242/123/1/2030"},
          Case{R"({"cardNumber":9999999999999,"cardCode":123,"expirationDate":"2030-01"})",
               "9999999999999/123/1/2030"},
          Case{R"({"cardNumber":"4242 4242-4242 4242","cardCode":"012","expirationDate":"12/28"})",
               "4242424242424242/012/12/2028"},
          Case{R"({"cardNumber":"4242424242424242","cardCode":12,"expirationDate":"12/2028"})",
               "4242424242424242/12/12/2028"},
          Case{R"({"cardNumber":"1","cardCode":"1","expirationDate":"13/28","payment_method":null})",
               "1/1/13/2028"},
          Case{
              R"({"cardNumber":"4242424242424242424242424242424242424242","cardCode":"1","expirationDate":"12/28"})",
              "42424242424242424242424242424242/1/12/2028"},
      }) {
    EXPECT_EQ(read(body), expected) << body;
  }
}

TEST(CardRequest, reads_a_payment_method) {
  for (
      const auto& [body, expected] : {
          Case{
              R"({"payment_method":{"type":"card","number":"4242 4242 4242 4242","cvc":"123","exp_month":1,"exp_year":2030}})",
              "4242424242424242/123/1/2030"},
          Case{
              R"({"payment_method":{"type":"card","number":4242424242424242,"cvc":123,"exp_month":"01","exp_year":"30"}})",
              "4242424242424242/123/1/2030"},
          Case{R"({"payment_method":{"type":"card","number":"1","cvc":"1","exp_month":13,"exp_year":30}})",
               "1/1/13/2030"},
          Case{
              R"({"cardNumber":"7","payment_method":{"type":"card","number":"1","cvc":"1","exp_month":0,"exp_year":1999}})",
              "1/1/0/1999"},
      }) {
    EXPECT_EQ(read(body), expected) << body;
  }
}

TEST(CardRequest, names_the_fields_as_the_client_wrote_them) {
  for (
      const auto& [body, expected] : {
          Case{"", "cardNumber cardCode expirationDate"},
          Case{"{}", "cardNumber cardCode expirationDate"},
          Case{R"({"cardNumber":null,"cardCode":"123","expirationDate":"12/28"})", "cardNumber"},
          Case{R"({"cardNumber":"4242x4242","cardCode":"12a","expirationDate":"soon"})",
               "cardNumber cardCode expirationDate"},
          Case{R"({"cardNumber":"","cardCode":"","expirationDate":""})",
               "cardNumber cardCode expirationDate"},
          Case{R"({"cardNumber":" - ","cardCode":" 123","expirationDate":"2030"})",
               "cardNumber cardCode expirationDate"},
          Case{R"({"cardNumber":4.242e15,"cardCode":-1,"expirationDate":1228})",
               "cardNumber cardCode expirationDate"},
          Case{R"({"cardNumber":true,"cardCode":[1],"expirationDate":{}})",
               "cardNumber cardCode expirationDate"},
          Case{R"({"payment_method":"card"})", "payment_method"},
          Case{R"({"payment_method":[]})", "payment_method"},
          Case{R"({"payment_method":{}})",
               "payment_method.type payment_method.number payment_method.cvc payment_method.exp_month "
               "payment_method.exp_year"},
          Case{R"({"payment_method":{"type":"bank","number":"4242","cvc":"1","exp_month":1,"exp_year":30}})",
               "payment_method.type"},
          Case{R"({"payment_method":{"type":7,"number":"4242"}})", "payment_method.type"},
          Case{
              R"({"payment_method":{"type":"card","number":"4242","cvc":"1","exp_month":"jan","exp_year":20301}})",
              "payment_method.exp_month payment_method.exp_year"},
          Case{
              R"({"payment_method":{"type":"card","number":"4242","cvc":"1","exp_month":123,"exp_year":203}})",
              "payment_method.exp_month payment_method.exp_year"},
          Case{
              R"({"payment_method":{"type":"card","number":"4242","cvc":"1","exp_month":-1,"exp_year":1.5}})",
              "payment_method.exp_month payment_method.exp_year"},
      }) {
    EXPECT_EQ(read(body), expected) << body;
  }
}

TEST(CardRequest, with_a_code_of_leading_zeros_as_a_number_is_no_json) {
  const auto card =
      read_process(R"({"cardNumber":"4242424242424242","cardCode":012,"expirationDate":"12/28"})");
  ASSERT_FALSE(card);
  EXPECT_EQ(card.error().code, ErrorCode::malformed_json);
}

}  // namespace
}  // namespace pay::view
