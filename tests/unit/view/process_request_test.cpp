// What is paid with besides a typed card, and where its payer comes back to: each form, and every wrong field
// at once.
#include <gtest/gtest.h>

#include <string>

#include "unit/view/samples.hpp"
#include "view/requests.hpp"

namespace pay::view {
namespace {

/// `card TOKEN`, `paypal TOKEN`, `typed`, and ` -> URL` behind it; wrong fields when it cannot be read.
std::string read(std::string_view body) {
  const auto request = read_process(body);
  if (!request) {
    EXPECT_EQ(request.error().code, ErrorCode::invalid_request) << body;
    EXPECT_EQ(shown(request.error()).find("4242"), std::string::npos) << body;
    return fields_of(request.error());
  }
  std::string text = "typed";
  if (const auto* token = std::get_if<CardToken>(&request->source)) text = "card " + token->token;
  if (const auto* wallet = std::get_if<Wallet>(&request->source))
    text = std::string(name(wallet->wallet)) + " " + wallet->token;
  return request->return_url.empty() ? text : text + " -> " + request->return_url;
}

std::string read_method(const std::string& method) {
  return read(R"({"payment_method":)" + method + "}");
}

std::string read_url(const std::string& url) {
  return read(R"({"payment_method":{"type":"wallet","wallet":"paypal"},"return_url":")" + url + R"("})");
}

struct Case {
  std::string_view given;
  std::string_view expected;
};

TEST(ProcessRequest, reads_a_card_that_a_provider_keeps) {
  const std::string longest(255, 't');
  EXPECT_EQ(read_method(R"({"type":"card","token":"pm_card_visa"})"), "card pm_card_visa");
  EXPECT_EQ(read_method(R"({"type":"card","token":"t","number":null,"cvc":"1"})"), "card t");
  EXPECT_EQ(read_method(R"({"type":"card","token":")" + longest + R"("})"), "card " + longest);
}

TEST(ProcessRequest, reads_a_wallet) {
  for (const auto& [given, expected] : {
           Case{R"({"type":"wallet","wallet":"apple_pay","token":"tok"})", "apple_pay tok"},
           Case{R"({"type":"wallet","wallet":"google_pay","token":"tok"})", "google_pay tok"},
           Case{R"({"type":"wallet","wallet":"paypal","token":"tok"})", "paypal tok"},
           Case{R"({"type":"wallet","wallet":"paypal"})", "paypal "},
           Case{R"({"type":"wallet","wallet":"paypal","token":null})", "paypal "},
       }) {
    EXPECT_EQ(read_method(std::string(given)), expected) << given;
  }
}

TEST(ProcessRequest, names_every_wrong_field_at_once) {
  const std::string too_long(256, 't');
  EXPECT_EQ(read_method(R"({"type":"card","token":")" + too_long + R"("})"), "payment_method.token");
  for (const auto& [given, expected] : {
           Case{R"({"type":"card","token":""})", "payment_method.token"},
           Case{R"({"type":"card","token":7})", "payment_method.token"},
           Case{R"({"type":"card","token":"a b"})", "payment_method.token"},
           Case{R"({"type":"card","token":"\u00e9"})", "payment_method.token"},
           Case{R"({"type":"card","token":"pm_4242424242424242"})", "payment_method.token"},
           Case{R"({"type":"card","token":"4242-4242-4242-4242"})", "payment_method.token"},
           Case{R"({"type":"card","token":"pm_card_visa","number":"4242424242424242"})",
                "payment_method.token"},
           Case{R"({"type":"wallet"})", "payment_method.wallet"},
           Case{R"({"type":"wallet","token":""})", "payment_method.wallet payment_method.token"},
           Case{R"({"type":"wallet","wallet":"bitcoin","token":7})",
                "payment_method.wallet payment_method.token"},
           Case{R"({"type":"wallet","wallet":["paypal"]})", "payment_method.wallet"},
           Case{R"({"type":"wallet","wallet":"apple_pay"})", "payment_method.token"},
           Case{R"({"type":"wallet","number":"4242424242424242","cvc":"1"})", "payment_method.type"},
           Case{R"({"type":"crypto"})", "payment_method.type"},
       }) {
    EXPECT_EQ(read_method(std::string(given)), expected) << given;
  }
  EXPECT_EQ(read(R"({"payment_method":{"type":"wallet","wallet":"x"},"return_url":7})"),
            "payment_method.wallet return_url");
  EXPECT_EQ(read(R"({"return_url":"x","cardNumber":"4242 4242 4242 4242","cardCode":"x"})"),
            "cardCode expirationDate return_url");
}

TEST(ProcessRequest, reads_where_the_payer_comes_back_to_in_every_form) {
  EXPECT_EQ(read_url("https://shop.example/orders/42?a=b#c"),
            "paypal  -> https://shop.example/orders/42?a=b#c");
  EXPECT_EQ(read_url("HTTP://localhost:8080"), "paypal  -> HTTP://localhost:8080");
  EXPECT_EQ(read_url("http://[::1]:80/"), "paypal  -> http://[::1]:80/");
  EXPECT_EQ(read_url("https://shop.example/?order=1706700000123"),
            "paypal  -> https://shop.example/?order=1706700000123");
  EXPECT_EQ(
      read(
          R"({"cardNumber":"1","cardCode":"1","expirationDate":"12/28","return_url":"https://shop.example"})"),
      "typed -> https://shop.example");
  EXPECT_EQ(read(R"({"cardNumber":"1","cardCode":"1","expirationDate":"12/28","return_url":null})"), "typed");
}

TEST(ProcessRequest, refuses_what_is_no_address_to_come_back_to) {
  for (const std::string url :
       {"", "shop.example", "//shop.example", "javascript:alert(1)", "ftp://shop.example", "https://",
        "https:///path", "https://:443/", "https://shop.example/a b", R"(https://shop.example/\n)",
        R"(https://shop.example/\"x)", "https://shop.example/<script>", R"(https://shop.example\\x)",
        "https://bank.example@shop.example/", "https://shop.example/caf\u00e9",
        "https://shop.example/4242424242424242", "https://shop.example/4242-4242-4242-4242"}) {
    EXPECT_EQ(read_url(url), "return_url") << url;
  }
  EXPECT_EQ(read_url("https://shop.example/" + std::string(2048, 'x')), "return_url");
}

TEST(ProcessRequest, names_what_is_accepted_when_a_method_is_not) {
  const auto error = not_accepted(*Methods::parse("card,paypal"));
  EXPECT_EQ(error.code, ErrorCode::invalid_request);
  EXPECT_EQ(fields_of(error), "payment_method");
  EXPECT_EQ(error.fields.front().message.en, "is not accepted here; accepted: card,paypal");
  EXPECT_NE(error.fields.front().message.fr.find("card,paypal"), std::string::npos);
}

}  // namespace
}  // namespace pay::view
