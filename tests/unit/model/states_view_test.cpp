// The view of a payment's life, docs/views/etats.puml, is the table of transitions in another form: it is
// rendered from the table here and compared. `make docs` writes it (PAY_WRITE_VIEWS=1).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/bug.hpp"
#include "model/transitions.hpp"

namespace pay {
namespace {

constexpr auto path = PAY_SOURCE_DIR "/docs/views/etats.puml";

std::string_view in_french(Trigger trigger) {
  switch (trigger) {
    case Trigger::approved_automatic:
      return R"(approuvé,\ncapture automatique)";
    case Trigger::approved_manual:
      return R"(approuvé,\ncapture manuelle)";
    case Trigger::declined:
      return "refusé";
    case Trigger::begin:
      return R"(demandé à\nun prestataire)";
    case Trigger::action_required:
      return R"(le payeur\ndoit agir)";
    case Trigger::capture:
      return "capture";
    case Trigger::cancel:
      return "annulation";
    case Trigger::expire:
      return "délai échu";
    case Trigger::refund_part:
      return R"(remboursement\npartiel)";
    case Trigger::refund_rest:
      return R"(remboursement\ndu reste)";
    case Trigger::refused:
      return R"(le prestataire\nrefuse)";
  }
  bug("an enumeration has another value");
}

/// One arrow of the view: all that leads from one status to another.
struct Arrow {
  Status from;
  Status to;
  std::vector<std::string_view> labels;
};

std::vector<Arrow> arrows() {
  std::vector<Arrow> all;
  for (const auto& row : transitions()) {
    const auto same = [&](const Arrow& arrow) { return arrow.from == row.from && arrow.to == row.to; };
    auto arrow = std::ranges::find_if(all, same);
    if (arrow == all.end()) arrow = all.insert(all.end(), {row.from, row.to, {}});
    arrow->labels.push_back(in_french(row.trigger));
  }
  return all;
}

bool is_last(Status status) {
  return std::ranges::none_of(transitions(), [&](const Transition& row) { return row.from == status; });
}

std::string on_one_line(std::string_view label) {
  std::string text(label);
  if (const auto at = text.find("\\n"); at != text.npos) text.replace(at, 2, " ");
  return text;
}

std::string view() {
  std::string text =
      "@startuml\n"
      "' Généré par tests/unit/model/states_view_test.cpp depuis src/model/transitions.cpp : ne pas modifier "
      "à la main.\n"
      "!include style.iuml\n"
      "skinparam nodesep 30\n"
      "hide empty description\n"
      "\n"
      "[*] --> pending : création\n";
  std::vector<Status> last;
  for (const auto& [from, to, labels] : arrows()) {
    // What leads back to where it came from stands in the state itself.
    if (from == to) {
      for (const auto& one : labels) text += fmt::format("{} : {} : y reste\n", name(from), on_one_line(one));
      continue;
    }
    text += fmt::format("{} --> {} : {}\n", name(from), name(to), fmt::join(labels, ",\\n"));
    if (is_last(to) && std::ranges::find(last, to) == last.end()) last.push_back(to);
  }
  for (const auto status : last) text += fmt::format("{} --> [*]\n", name(status));
  return text + "@enduml\n";
}

std::string committed() {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(StatesView, is_the_table_of_transitions) {
  const auto now = view();
  if (std::getenv("PAY_WRITE_VIEWS") != nullptr) std::ofstream(path) << now;
  EXPECT_EQ(committed(), now) << "docs/views/etats.puml is not what the table says: run `make docs`";
}

}  // namespace
}  // namespace pay
