// Every decline code that there is has words of its own, and stands in the OpenAPI document. What there is,
// the sources tell: nobody can give a new one and forget about them.
#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "view/responses.hpp"
#include "view/wording.hpp"

namespace pay::view {
namespace {

namespace fs = std::filesystem;

/// How the sources write one down: where it is given, or as the last text of a table's row.
const std::array patterns{
    std::regex(R"re(Declined\{"([a-z_]+)"\})re"),
    std::regex(
        R"re(\{"[^"-]+", (?:\w+, |"\d+", |Meaning::declined, )?"([a-z]+(?:_[a-z]+)*)"(?:, true)?\})re"),
    std::regex(R"re(constexpr std::string_view (?:approval_\w+|declined_by_hand) ?= ?"([a-z_]+)")re"),
    std::regex(R"re((?:value_or\(|\? )"(generic_decline)")re")};

void collect(std::set<std::string>& codes, const fs::path& file) {
  std::ifstream in(file);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  for (const auto& pattern : patterns) {
    for (auto at = std::sregex_iterator(text.begin(), text.end(), pattern); at != std::sregex_iterator();
         ++at)
      codes.insert((*at)[1]);
  }
}

const std::set<std::string>& codes() {
  static const auto all = [] {
    std::set<std::string> found;
    for (const auto* room : {"provider", "flow", "command", "model"}) {
      for (const auto& entry : fs::recursive_directory_iterator(fs::path(PAY_SOURCE_DIR) / "src" / room))
        if (entry.is_regular_file()) collect(found, entry.path());
    }
    return found;
  }();
  return all;
}

TEST(DeclineCode, is_found_wherever_one_is_given) {
  for (const auto* code : {"fraudulent", "authentication_failed", "pickup_card", "insufficient_balance",
                           "approval_expired", "approval_canceled", "resolved_by_operator", "refund_failed",
                           "canceled", "invalid_amount", "disputed", "generic_decline"}) {
    EXPECT_TRUE(codes().contains(code)) << code;
  }
}

TEST(DeclineCode, has_words_of_its_own) {
  for (const auto& code : codes())
    EXPECT_NE(decline_reason(code).en, explanation(ErrorCode::card_declined).en) << code;
}

TEST(DeclineCode, is_documented) {
  const auto document = boost::json::parse(openapi());
  std::set<std::string> documented;
  for (const auto& code : document.at_pointer("/components/schemas/DeclineCode/examples").as_array())
    documented.emplace(code.as_string());
  for (const auto& code : codes()) EXPECT_TRUE(documented.contains(code)) << code;
}

}  // namespace
}  // namespace pay::view
