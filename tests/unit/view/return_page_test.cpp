// Where payers go who come back from a provider: on to the shop, or to a page that needs nothing and tells
// nothing but how it went.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "unit/view/samples.hpp"
#include "view/responses.hpp"

namespace pay::view {
namespace {

TEST(BackToShop, adds_the_payment_and_its_status_to_the_query) {
  struct Case {
    std::string_view url;
    std::string_view expected;
  };
  for (const auto& [url, expected] : {
           Case{"https://shop.example", "https://shop.example?payment_id=7&status=paid"},
           Case{"https://shop.example/o/42", "https://shop.example/o/42?payment_id=7&status=paid"},
           Case{"https://shop.example/?a=b", "https://shop.example/?a=b&payment_id=7&status=paid"},
           Case{"https://shop.example/?", "https://shop.example/?payment_id=7&status=paid"},
           Case{"https://shop.example/?a&", "https://shop.example/?a&payment_id=7&status=paid"},
           Case{"https://shop.example/#f?x", "https://shop.example/?payment_id=7&status=paid#f?x"},
           Case{"https://shop.example/?a#f", "https://shop.example/?a&payment_id=7&status=paid#f"},
       }) {
    EXPECT_EQ(back_to_shop(url, paid_payment()), expected) << url;
  }
}

TEST(ReturnPage, is_whole_in_both_languages_and_needs_nothing_else) {
  std::set<std::string> pages;
  const auto check = [&](const ReturnPage& shown) {
    for (const auto language : {Language::english, Language::french}) {
      const auto page = return_page(shown, language);
      pages.insert(page);
      EXPECT_TRUE(page.starts_with("<!doctype html>\n")) << page;
      EXPECT_TRUE(page.ends_with("</html>\n")) << page;
      EXPECT_NE(page.find(language == Language::french ? R"(lang="fr")" : R"(lang="en")"), std::string::npos);
      for (const std::string_view foreign : {"<script", "http", "src=", "url(", "@import", "{title}"})
        EXPECT_EQ(page.find(foreign), std::string::npos) << foreign;
    }
  };
  for (auto status = Status::pending; status <= Status::canceled; status = Status(int(status) + 1))
    check({.payment = status});
  check({.status = 429});
  check({.status = 404});
  check({.status = 503});
  // A key and a payment that are none look the same, authorized and paid look the same to whoever paid, and
  // so do refunds in part and in whole.
  EXPECT_EQ(pages.size(), 2U * (8 - 2 + 2));
}

}  // namespace
}  // namespace pay::view
