#include "http/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace pay::http {
namespace {

Router make_router() {
  Router router;
  for (const auto& [method, pattern] : {
           std::pair{"GET", "/"},
           {"POST", "/payments"},
           {"GET", "/payments"},
           {"GET", "/payments/{id}"},
           {"DELETE", "/payments/{id}"},
           {"POST", "/payments/process/{id}"},
           {"POST", "/payments/{id}/process"},
           {"POST", "/payments/{id}/capture"},
           {"GET", "/health/live"},
           {"POST", "/{a}/{b}/{c}/{d}"},
       }) {
    router.add(method, pattern);
  }
  return router;
}

struct Case {
  const char* method;
  const char* path;
  Routing routing;
  std::size_t route;
  std::vector<std::string> captured;
  const char* allow;
};

TEST(Router, finds_by_the_table) {
  const auto router = make_router();
  using enum Routing;
  const Case cases[] = {
      {"GET", "/", found, 0, {}, ""},
      {"HEAD", "/", found, 0, {}, ""},
      {"POST", "/payments", found, 1, {}, ""},
      {"GET", "/payments", found, 2, {}, ""},
      {"GET", "/payments/7", found, 3, {"7"}, ""},
      {"HEAD", "/payments/7", found, 3, {"7"}, ""},
      {"GET", "/payments/process", found, 3, {"process"}, ""},
      {"DELETE", "/payments/7", found, 4, {"7"}, ""},
      {"POST", "/payments/process/7", found, 5, {"7"}, ""},
      {"POST", "/payments/process/process", found, 5, {"process"}, ""},
      {"POST", "/payments/7/process", found, 6, {"7"}, ""},
      {"POST", "/payments/7/capture", found, 7, {"7"}, ""},
      {"GET", "/health/live", found, 8, {}, ""},
      {"POST", "/1/2/3/4", found, 9, {"1", "2", "3", "4"}, ""},
      {"POST", "/payments/process/3/4", found, 9, {"payments", "process", "3", "4"}, ""},
      {"PUT", "/payments", method_not_allowed, 0, {}, "POST, GET, HEAD, OPTIONS"},
      {"POST", "/payments/7", method_not_allowed, 0, {}, "GET, HEAD, DELETE, OPTIONS"},
      {"GET", "/payments/process/7", method_not_allowed, 0, {}, "POST, OPTIONS"},
      {"get", "/payments", method_not_allowed, 0, {}, "POST, GET, HEAD, OPTIONS"},
      {"OPTIONS", "/payments/7", options, 0, {}, "GET, HEAD, DELETE, OPTIONS"},
      {"OPTIONS", "*", options, 0, {}, "GET, HEAD, POST, DELETE, OPTIONS"},
      {"GET", "/payments/", not_found, 0, {}, ""},
      {"GET", "/payments/7/", not_found, 0, {}, ""},
      {"OPTIONS", "/nothing", not_found, 0, {}, ""},
      {"GET", "//payments", not_found, 0, {}, ""},
      {"POST", "/payments//capture", not_found, 0, {}, ""},
      {"GET", "/Payments", not_found, 0, {}, ""},
      {"GET", "/health", not_found, 0, {}, ""},
      {"GET", "/payments/{id}/x", not_found, 0, {}, ""},
      {"GET", "", not_found, 0, {}, ""},
  };
  for (const auto& expected : cases) {
    const auto match = router.match(expected.method, expected.path);
    const auto where = std::string(expected.method) + " " + expected.path;
    EXPECT_EQ(match.routing, expected.routing) << where;
    if (match.routing == found) {
      EXPECT_EQ(match.route, expected.route) << where;
      ASSERT_EQ(match.captures.size, expected.captured.size()) << where;
      for (std::size_t at = 0; at < match.captures.size; ++at) {
        EXPECT_EQ(match.captures[at], expected.captured[at]) << where;
      }
    }
    EXPECT_EQ(match.allow, expected.allow) << where;
  }
}

TEST(Router, lets_a_name_say_what_may_stand_in_its_place) {
  Router router(
      [](const Router::Capture& capture) { return capture.name != "id" || capture.segment == "7"; });
  router.add("GET", "/payments/{id}");
  router.add("GET", "/providers/{name}");
  EXPECT_EQ(router.match("GET", "/payments/7").routing, Routing::found);
  EXPECT_EQ(router.match("GET", "/payments/x").routing, Routing::not_found);
  EXPECT_EQ(router.match("GET", "/providers/x").routing, Routing::found);
}

TEST(Router, refuses_patterns_that_cannot_work) {
  auto router = make_router();
  EXPECT_THROW(router.add("GET", "payments"), std::invalid_argument);
  EXPECT_THROW(router.add("GET", "/payments/{id}"), std::invalid_argument);
  EXPECT_THROW(router.add("PUT", "/payments/{other_name}"), std::invalid_argument);
  EXPECT_THROW(router.add("GET", "/{a}/{b}/{c}/{d}/{e}"), std::invalid_argument);
}

}  // namespace
}  // namespace pay::http
