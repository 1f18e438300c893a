#include "storage/mysql/settle.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pay::mysql {
namespace {

using Kind = Settlement::Kind;

std::size_t statements_for(const std::vector<Settlement>& settlements) {
  Script script;
  script.clear(1 << 20);
  add_settlements(script, settlements);
  std::size_t count = 0;
  for (const auto& packet : script.packets()) count += packet.purposes.size();
  return count;
}

TEST(Settling, tries_of_one_claim_that_failed_alike_share_a_statement) {
  std::vector<Settlement> settlements;
  for (std::int64_t id = 1; id <= 64; ++id) {
    settlements.push_back({.id = {id},
                           .kind = Kind::failed,
                           .retry_in = std::chrono::milliseconds{id},
                           .last_error = "500",
                           .claim = "a"});
  }
  EXPECT_EQ(statements_for(settlements), 1U);
  settlements[7].claim = "b";
  settlements[8].last_error = "no answer";
  settlements[9].kind = Kind::dead;
  EXPECT_EQ(statements_for(settlements), 4U);
}

TEST(Settling, no_statement_holds_the_times_of_many) {
  std::vector<Settlement> settlements;
  for (std::int64_t id = 1; id <= 250; ++id) settlements.push_back({.id = {id}, .kind = Kind::failed});
  EXPECT_EQ(statements_for(settlements), 3U);
}

}  // namespace
}  // namespace pay::mysql
