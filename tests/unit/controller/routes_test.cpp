// The route table and the OpenAPI document say the same, in both directions.
#include "controller/routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <set>
#include <string>

#include "http/router.hpp"
#include "view/responses.hpp"

namespace pay::controller {
namespace {

using Operations = std::set<std::pair<std::string, std::string>>;

std::string in_capitals(std::string_view text) {
  std::string capitals(text);
  std::ranges::transform(capitals, capitals.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return capitals;
}

const boost::json::object& documented_paths() {
  static const boost::json::value document = boost::json::parse(view::openapi());
  return document.at("paths").as_object();
}

Operations documented() {
  static const std::set<std::string_view> methods{"get",     "put",  "post",  "delete",
                                                  "options", "head", "patch", "trace"};
  Operations operations;
  for (const auto& [path, item] : documented_paths()) {
    for (const auto& [member, ignored] : item.as_object()) {
      if (methods.contains(member)) operations.emplace(in_capitals(member), std::string(path));
    }
  }
  return operations;
}

Operations routed() {
  Operations operations;
  for (const auto& route : routes()) operations.emplace(route.method, route.pattern);
  return operations;
}

void expect_all_in(const Operations& these, const Operations& those, std::string_view otherwise) {
  for (const auto& [method, path] : these) {
    EXPECT_TRUE(those.contains({method, path})) << method << " " << path << " " << otherwise;
  }
}

TEST(Routes, are_all_documented) {
  expect_all_in(routed(), documented(), "is not in openapi.json");
}

TEST(Routes, are_there_for_everything_that_is_documented) {
  auto documents = documented();
  // One route has the webhooks of all providers; those that there are have a place of their own in the
  // document.
  for (const auto* provider : {"stripe", "paypal"})
    EXPECT_EQ(documents.erase({"POST", "/providers/" + std::string(provider) + "/webhook"}), 1U) << provider;
  expect_all_in(documents, routed(), "is no route");
}

TEST(Routes, are_unique) {
  EXPECT_EQ(routed().size(), routes().size());
}

/// Those who come because of a provider have no key of ours; how providers do is nobody's business.
bool needs_no_key(const Route& route) {
  if (std::holds_alternative<Arrival>(route.endpoint) || route.pattern == "/health/ready") return true;
  const auto* page = std::get_if<Page>(&route.endpoint);
  return page != nullptr && *page != Page::providers;
}

TEST(Routes, need_a_key_unless_they_are_pages_arrivals_or_tell_of_health) {
  for (const auto& route : routes()) {
    const bool is_open = needs_no_key(route);
    EXPECT_EQ(route.access, is_open ? Access::anyone : Access::clients) << route.pattern;
    std::string method(route.method);
    std::ranges::transform(method, method.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto& operation = documented_paths().at(route.pattern).at(method).as_object();
    EXPECT_EQ(operation.contains("security"), is_open) << route.pattern << ": as documented";
  }
}

/// The names between braces, in order.
std::vector<std::string> captured_names(std::string_view pattern) {
  std::vector<std::string> names;
  for (auto at = pattern.find('{'); at != std::string_view::npos; at = pattern.find('{', at + 1)) {
    names.emplace_back(pattern.substr(at + 1, pattern.find('}', at) - at - 1));
  }
  return names;
}

/// The names of the path's parameters, of the path item or of the operation, references followed.
std::set<std::string> documented_parameters(const boost::json::object& item, std::string_view method) {
  static const boost::json::value document = boost::json::parse(view::openapi());
  std::set<std::string> names;
  const auto collect = [&](const boost::json::object& owner) {
    const auto* parameters = owner.if_contains("parameters");
    if (!parameters) return;
    for (const auto& listed : parameters->as_array()) {
      const auto* reference = listed.as_object().if_contains("$ref");
      const auto& parameter =
          reference ? document.at_pointer(std::string_view(reference->as_string()).substr(1)) : listed;
      if (parameter.at("in").as_string() == "path") names.emplace(parameter.at("name").as_string());
    }
  };
  collect(item);
  collect(item.at(method).as_object());
  return names;
}

TEST(Routes, capture_what_is_documented_as_a_parameter) {
  for (const auto& route : routes()) {
    const auto* item = documented_paths().if_contains(route.pattern);
    ASSERT_TRUE(item) << route.pattern;
    std::string method(route.method);
    std::ranges::transform(method, method.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto names = captured_names(route.pattern);
    EXPECT_EQ(documented_parameters(item->as_object(), method),
              std::set<std::string>(names.begin(), names.end()))
        << route.method << " " << route.pattern;
    EXPECT_LE(names.size(), 1U) << route.pattern << ": endpoints read the first captured segment";
  }
}

/// With `{…}` replaced by an id, each is found again and not another that is more literal.
TEST(Routes, are_found_by_their_own_paths) {
  http::Router router;
  for (const auto& route : routes()) router.add(route.method, route.pattern);
  for (std::size_t i = 0; i < routes().size(); ++i) {
    const auto& route = routes()[i];
    std::string path(route.pattern);
    if (const auto open = path.find('{'); open != std::string::npos) {
      path.replace(open, path.find('}') - open + 1, "17");
    }
    const auto match = router.match(route.method, path);
    EXPECT_EQ(match.routing, http::Routing::found) << path;
    EXPECT_EQ(match.route, i) << route.method << " " << path;
  }
}

}  // namespace
}  // namespace pay::controller
