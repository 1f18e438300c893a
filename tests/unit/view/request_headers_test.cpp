// Content-Type, Idempotency-Key, API keys and Accept-Language.
#include <gtest/gtest.h>

#include <string>

#include "view/language.hpp"
#include "view/requests.hpp"

namespace pay::view {
namespace {

TEST(ContentType, is_json) {
  for (const std::string_view type :
       {"application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=UTF-8",
        "application/json;charset=\"utf-8\"", "application/json ; version=1", "application/merge-patch+json",
        "application/problem+json; charset=utf-8", "application/json;"}) {
    EXPECT_TRUE(is_json(type)) << type;
  }
}

TEST(ContentType, is_not_json) {
  for (const std::string_view type :
       {"", "text/plain", "text/json", "application/x-www-form-urlencoded", "application/jsonp",
        "application/+json", "application/json; charset=iso-8859-1", "application/json; a=b; charset=utf-16",
        "multipart/form-data", "application/xml", "json"}) {
    EXPECT_FALSE(is_json(type)) << type;
  }
}

TEST(ApiKey, is_read_from_either_header_and_its_own_wins) {
  using Text = std::optional<std::string_view>;
  struct Case {
    Text x_api_key;
    Text authorization;
    Text key;
  };
  const Text none;
  for (const auto& [x_api_key, authorization, key] : {
           Case{none, none, none},
           Case{"pay_a", none, "pay_a"},
           Case{" pay_a\t", none, "pay_a"},
           Case{"pay_a", "Bearer pay_b", "pay_a"},
           Case{"", "Bearer pay_b", "pay_b"},
           Case{"", none, none},
           Case{none, "Bearer pay_b", "pay_b"},
           Case{none, "bearer pay_b", "pay_b"},
           Case{none, "BEARER   pay_b ", "pay_b"},
           Case{none, "Bearer", none},
           Case{none, "Bearer ", none},
           Case{none, "", none},
           Case{none, "pay_b", none},
           Case{none, "Basic dTpw", none},
           Case{none, "Bearerpay_b", none},
           Case{none, "Bearer a b", "a b"},
       }) {
    EXPECT_EQ(read_api_key(x_api_key, authorization), key)
        << x_api_key.value_or("-") << " / " << authorization.value_or("-");
  }
}

TEST(IdempotencyKey, is_the_same_bare_and_quoted) {
  struct Case {
    std::string_view header;
    std::string_view key;
  };
  for (const auto& [header, key] : {
           Case{"k", "k"},
           Case{"\"k\"", "k"},
           Case{"  k\t", "k"},
           Case{R"("a\"b\\c")", R"(a"b\c)"},
           Case{R"(a"b\c)", R"(a"b\c)"},
           Case{"8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"},
       }) {
    const auto read = read_idempotency_key(header);
    ASSERT_TRUE(read) << header;
    EXPECT_EQ(*read, key);
  }
  EXPECT_TRUE(read_idempotency_key(std::string(255, '~')));
  EXPECT_TRUE(read_idempotency_key('"' + std::string(255, '~') + '"'));
}

TEST(IdempotencyKey, is_refused_when_empty_too_long_or_not_visible) {
  for (const std::string& header :
       {std::string(), std::string(" "), std::string("\"\""), std::string("\""), std::string("\"k"),
        std::string("\"k\"x"), std::string(R"("k\")"), std::string(R"("\k")"), std::string("\"a\"b\""),
        std::string("a b"), std::string("\"a b\""), std::string("é"), std::string("a\x7F"),
        std::string(256, 'k'), '"' + std::string(256, 'k') + '"'}) {
    const auto read = read_idempotency_key(header);
    ASSERT_FALSE(read) << header;
    EXPECT_EQ(read.error().code, ErrorCode::invalid_idempotency_key);
  }
}

TEST(IdempotencyKey, is_refused_when_a_card_number_stands_in_it) {
  for (const std::string_view header :
       {"4242424242424242", "4242-4242-4242-4242", "pay-4242424242424242", "order-7-4242-4242-4242-4242-x",
        "123-4242-4242-4242-4242", "3782-822463-10005", "\"6200000000000005\""}) {
    const auto read = read_idempotency_key(header);
    ASSERT_FALSE(read) << header;
    EXPECT_EQ(read.error().detail.en.find("42"), std::string::npos);
  }
}

TEST(IdempotencyKey, of_a_time_a_uuid_or_a_digest_is_never_taken_for_a_card) {
  for (std::int64_t time = 1'769'860'800'000; time < 1'769'860'800'100; ++time) {
    EXPECT_TRUE(read_idempotency_key("order-4-" + std::to_string(time))) << time;
  }
  // By its shape this is a UUID, though a card number stands in its random digits.
  EXPECT_TRUE(read_idempotency_key("0f8fad5b-4242-4242-4242-4242abcdef01"));
  EXPECT_TRUE(read_idempotency_key("4242424242424242a94a8fe5ccb19ba61c4c0873"));
  EXPECT_FALSE(read_idempotency_key("0f8fad5b-4242-4242-4242-4242abcd"));
  EXPECT_FALSE(read_idempotency_key("4242424242424242-4242424242424242"));
}

TEST(AcceptLanguage, chooses_the_better_of_the_two) {
  struct Case {
    std::string_view header;
    Language language;
  };
  constexpr auto english = Language::english;
  constexpr auto french = Language::french;
  for (const auto& [header, language] : {
           Case{"fr", french},
           Case{"en", english},
           Case{"FR-ca", french},
           Case{"fr-CA, en;q=0.5", french},
           Case{"en;q=0.5, fr;q=0.8", french},
           Case{"en, fr", english},
           Case{"fr, en", french},
           Case{"de, fr;q=0.1", french},
           Case{"fr;q=0, *", english},
           Case{"*;q=0.5, fr;q=0.1", english},
           Case{"fr;q=0.9, fr-CA;q=0.2, en;q=0.5", french},
           Case{" fr ; q=1.000 , en ; q=0.999 ", french},
           Case{"en;q=2, fr;q=0.1", french},
       }) {
    EXPECT_EQ(preferred_language(header, english), language) << header;
    EXPECT_EQ(preferred_language(header, french), language) << header;
  }
}

TEST(AcceptLanguage, leaves_the_choice_when_it_names_neither) {
  for (const std::string_view header :
       {"", "*", "de", "de, *", "fry", "f", "fr;q=0", "fr;q=0, en;q=0", ",,;;", "fr;x=1", "\xFF"}) {
    EXPECT_EQ(preferred_language(header, Language::english), Language::english) << header;
    EXPECT_EQ(preferred_language(header, Language::french), Language::french) << header;
  }
}

TEST(Language, is_found_by_its_tag) {
  EXPECT_EQ(find_language("en"), Language::english);
  EXPECT_EQ(find_language("fr"), Language::french);
  EXPECT_FALSE(find_language("de"));
}

}  // namespace
}  // namespace pay::view
