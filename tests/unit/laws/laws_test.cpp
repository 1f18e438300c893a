// The laws of docs/architecture.md and of the style, read from the sources themselves: who may include whom,
// no cycles, no floating point near money, no file that does not fit a reader's head. Each check is itself
// tested with what it must find.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "unit/laws/checks.hpp"
#include "unit/laws/rooms.hpp"

namespace pay::laws {
namespace {

namespace fs = std::filesystem;

const fs::path source_folder = fs::path(PAY_SOURCE_DIR) / "src";
constexpr std::size_t most_lines = 400;

using Files = std::map<fs::path, std::string>;

const Files& sources() {
  static const Files files = [] {
    auto all = read_tree(source_folder);
    std::erase_if(all, [](const auto& file) {
      return file.first.extension() != ".cpp" && file.first.extension() != ".hpp";
    });
    return all;
  }();
  return files;
}

std::vector<std::string> forbidden_includes(const Files& files) {
  std::vector<std::string> found;
  for (const auto& [path, text] : files) {
    for (const auto& include : includes_of(text)) {
      if (auto why = forbidden(path, include)) found.push_back(*std::move(why));
    }
  }
  return found;
}

std::vector<std::string> too_long(const Files& files) {
  static const std::set<fs::path> written_by_people{".cpp", ".hpp", ".py", ".sql", ".html", ".txt"};
  std::vector<std::string> found;
  for (const auto& [path, text] : files) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    if (written_by_people.contains(path.extension()) && lines > most_lines)
      found.push_back(fmt::format("{} has {} lines", path.string(), lines));
  }
  return found;
}

std::vector<std::string> floating_point(const Files& files) {
  std::vector<std::string> found;
  for (const auto& [path, text] : files) {
    const auto room = path.begin()->string();
    if (room != "model" && room != "command") continue;
    const auto code = code_of(text);
    if (uses_word(code, "double") || uses_word(code, "float")) found.push_back(path.string());
  }
  return found;
}

std::string complain(const std::vector<std::string>& findings) {
  return fmt::format("{}", fmt::join(findings, "\n"));
}

TEST(Law, rooms_include_only_what_the_table_allows) {
  const auto found = forbidden_includes(sources());
  EXPECT_TRUE(found.empty()) << complain(found);
}

TEST(Law, files_do_not_include_each_other_in_a_circle) {
  Graph graph;
  for (const auto& [path, text] : sources()) {
    auto& edges = graph[path.string()];
    for (const auto& include : includes_of(text)) {
      if (include.quoted) edges.push_back(include.header);
    }
  }
  const auto cycle = find_cycle(graph);
  EXPECT_TRUE(cycle.empty()) << fmt::format("{}", fmt::join(cycle, " -> "));
}

TEST(Law, rooms_do_not_depend_on_each_other_in_a_circle) {
  Graph graph;
  for (const auto& [path, text] : sources()) {
    const auto room = path.begin()->string();
    auto& edges = graph[room];
    for (const auto& include : includes_of(text)) {
      auto other = fs::path(include.header).begin()->string();
      if (include.quoted && other != room) edges.push_back(std::move(other));
    }
  }
  const auto cycle = find_cycle(graph);
  EXPECT_TRUE(cycle.empty()) << fmt::format("{}", fmt::join(cycle, " -> "));
}

TEST(Law, every_room_of_the_table_is_there) {
  for (const auto& room : rooms) EXPECT_TRUE(fs::is_directory(source_folder / room.folder)) << room.folder;
}

TEST(Law, no_floating_point_stands_near_money) {
  const auto found = floating_point(sources());
  EXPECT_TRUE(found.empty()) << complain(found);
}

TEST(Law, no_file_is_longer_than_a_reader_can_keep_in_mind) {
  for (const auto* folder : {"src", "tests"}) {
    const auto found = too_long(read_tree(fs::path(PAY_SOURCE_DIR) / folder));
    EXPECT_TRUE(found.empty()) << complain(found);
  }
}

// From here on: the checks find what they are there to find.

struct IncludeCase {
  std::string_view file;
  std::string_view line;
  bool allowed;
};

constexpr auto include_cases = std::to_array<IncludeCase>({
    {"base/log.hpp", "#include <vector>", true},
    {"base/log.hpp", "#include <spdlog/spdlog.h>", true},
    {"base/log.hpp", "#include \"model/money.hpp\"", false},
    {"model/money.cpp", "#include \"base/result.hpp\"", true},
    {"model/money.cpp", "#include <boost/json/value.hpp>", false},
    {"model/money.cpp", "#include <sqlite3.h>", false},
    {"command/batch.cpp", "#include \"storage/store.hpp\"", true},
    {"command/batch.cpp", "#include \"storage/columns.hpp\"", false},
    {"command/batch.cpp", "#include \"storage/sqlite/sqlite_store.hpp\"", false},
    {"command/batch.cpp", "#include \"provider/simulator/simulator.hpp\"", false},
    {"command/batch.cpp", "#include \"view/requests.hpp\"", false},
    {"command/batch.cpp", "#include \"query/queries.hpp\"", false},
    {"command/batch.cpp", "#include <boost/asio/post.hpp>", false},
    {"query/reader.cpp", "#include \"command/commands.hpp\"", false},
    {"query/reader.cpp", "#include \"storage/store.hpp\"", true},
    {"view/problem.cpp", "#include \"command/commands.hpp\"", true},
    {"view/problem.cpp", "#include \"command/executor.hpp\"", false},
    {"view/problem.cpp", "#include \"storage/store.hpp\"", false},
    {"view/problem.cpp", "#include <boost/asio/post.hpp>", false},
    {"view/problem.cpp", "  #  include  <boost/json/basic_parser_impl.hpp>", true},
    {"controller/api.cpp", "#include \"http/router.hpp\"", true},
    {"controller/api.cpp", "#include \"http/server.hpp\"", false},
    {"controller/api.cpp", "#include \"storage/store.hpp\"", false},
    {"controller/api.cpp", "#include \"provider/provider.hpp\"", false},
    {"controller/api.cpp", "#include <boost/json/value.hpp>", false},
    {"http/session.cpp", "#include \"base/log.hpp\"", true},
    {"http/session.cpp", "#include \"model/payment.hpp\"", false},
    {"http/session.cpp", "#include \"controller/api.hpp\"", false},
    {"storage/columns.hpp", "#include \"storage/sqlite/connection.hpp\"", false},
    {"storage/columns.hpp", "#include <sqlite3.h>", false},
    {"storage/sqlite/connection.hpp", "#include <sqlite3.h>", true},
    {"storage/sqlite/connection.hpp", "#include <mysql.h>", false},
    {"storage/sqlite/connection.hpp", "#include \"storage/mysql/sql.hpp\"", false},
    {"storage/mysql/connection.hpp", "#include <mysql.h>", true},
    {"storage/mysql/connection.hpp", "#include <sqlite3.h>", false},
    {"storage/mysql/connection.hpp", "#include \"storage/sqlite/connection.hpp\"", false},
    {"storage/mysql/connection.hpp", "#include \"command/decide.hpp\"", false},
    {"provider/stripe/wire.cpp", "#include \"provider/paypal/wire.hpp\"", false},
    {"provider/stripe/wire.cpp", "#include \"provider/exchange.hpp\"", true},
    {"provider/simulator/simulator.cpp", "#include \"storage/store.hpp\"", false},
    {"app/service.hpp", "#include \"http/server.hpp\"", true},
    {"app/main.cpp", "#include \"app/cli/command_line.hpp\"", true},
    {"app/service.hpp", "#include <sqlite3.h>", false},
    {"helpers/misc.hpp", "#include <vector>", false},
});

TEST(Checks, tell_an_allowed_include_from_a_forbidden_one) {
  for (const auto& [file, line, allowed] : include_cases) {
    const auto found = forbidden_includes({{file, fmt::format("#pragma once\n{}\nint x;\n", line)}});
    EXPECT_EQ(found.empty(), allowed) << file << " with " << line;
  }
}

TEST(Checks, find_the_circle) {
  EXPECT_TRUE(find_cycle({{"a", {"b", "c"}}, {"b", {"c"}}, {"c", {"d"}}}).empty());
  EXPECT_EQ(find_cycle({{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}}),
            (std::vector<std::string>{"b", "c", "b"}));
  EXPECT_EQ(find_cycle({{"a", {"a"}}}), (std::vector<std::string>{"a", "a"}));
}

TEST(Checks, find_floating_point_in_code_and_nowhere_else) {
  EXPECT_EQ(floating_point({{"model/a.cpp", "double x;"}}).size(), 1U);
  EXPECT_EQ(floating_point({{"command/a.cpp", "auto x = static_cast<float>(1);"}}).size(), 1U);
  EXPECT_EQ(floating_point({{"model/a.cpp", "constexpr int n = 1'000; double x;"}}).size(), 1U);
  EXPECT_TRUE(floating_point({{"http/a.cpp", "double x;"}}).empty());
  EXPECT_TRUE(
      floating_point({{"model/a.cpp", "// no double\n/* float */ int doubled; auto s = \"a \\\" double\";"}})
          .empty());
}

TEST(Checks, find_a_long_file) {
  EXPECT_TRUE(too_long({{"a.cpp", std::string(400, '\n')}}).empty());
  EXPECT_EQ(too_long({{"a.cpp", std::string(401, '\n')}}).size(), 1U);
  EXPECT_TRUE(too_long({{"a.json", std::string(401, '\n')}}).empty());
}

}  // namespace
}  // namespace pay::laws
