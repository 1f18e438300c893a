// Goal: no failure, before or after the effect, makes a provider's adapter say what it cannot know:
// `succeeded` without proof, `not_executed` of what may have been done. And in the end it says what the
// peer's books say. Method: every verb under every fault, for as long as the fault lasts; then looked up
// until it is known.
#include <algorithm>

#include "contract/provider/contract.hpp"

namespace pay::test {
namespace {

using Words = std::vector<std::string_view>;

/// A fault, and the words that may be said while it lasts.
struct Row {
  Fault fault;
  bool is_done;  ///< the peer does what it was asked for all the same
  Words words{"unknown"};
  Words words_of_look{"unknown", "pending"};
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {{"reset_before"}, false},
      {{"reset_after"}, true},
      {{"close_before"}, false},
      {{"close_after"}, true},
      {{"hang_before"}, false},
      {{"hang_after"}, true},
      {{"cut"}, true},

      {{"status:401"}, false, {"not_executed"}},
      {{"status:403"}, false, {"not_executed"}},
      {{"status:429"}, false, {"not_executed"}},
      {{"status:409"}, false},
      {{"status:500"}, false},
      {{"status:503"}, false},
      {{"500_before"}, false},
      {{"500_after"}, true},
      {{"500_after_stored"}, true},

      {{"html"}, true},
      {{"html", false}, false},
      {{"huge"}, true},
      {{"huge", false}, false},
      {{"bad_json"}, true},
      {{"bad_json", false}, false},
      {{"empty"}, true},
      {{"empty", false}, false},

      {{"wrong_amount"}, true},
      {{"wrong_currency"}, true},
      {{"other_payment"}, true},
      {{"unknown_status"}, true},
      // Asked for once more, the peer may refuse with the truth, which no fault touches.
      {{"backwards"}, true, {"unknown", "pending"}, {"unknown", "pending", "succeeded"}},
  };
  return all;
}

struct Case {
  Profile profile;
  AttemptKind verb;
  Row row;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
  return out << one.profile.name << " " << name(one.verb) << " " << one.row.fault.kind;
}

std::vector<Case> cases() {
  std::vector<Case> cases;
  for (const auto& profile : profiles()) {
    for (const auto& row : rows()) {
      const auto& known = profile.faults;
      if (!known.empty() && std::ranges::find(known, row.fault.kind) == known.end()) continue;
      for (const auto verb : {AttemptKind::authorize, AttemptKind::capture, AttemptKind::void_authorization,
                              AttemptKind::refund})
        cases.push_back({profile, verb, row});
    }
  }
  return cases;
}

std::string name_of_case(const testing::TestParamInfo<Case>& run) {
  const auto& [profile, verb, row] = run.param;
  auto name = std::string(profile.name) + "_" + std::string(pay::name(verb)) + "_" +
              std::string(row.fault.kind) + (row.fault.has_effect ? "" : "_without_effect");
  std::ranges::replace(name, ':', '_');
  return name;
}

class Failure : public testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] const Row& row() const { return GetParam().row; }
  void break_down(std::optional<AttemptKind> verb) { subject_->break_down(row().fault, verb); }

  static void expect_one_of(const Words& words, const Outcome& outcome) {
    EXPECT_TRUE(std::ranges::find(words, name(outcome)) != words.end()) << show(outcome);
  }

  /// Once nothing is in the way: it was done once, and that is what is said, however often it is asked.
  void expect_the_truth_in_the_end() {
    subject_->recover();
    const auto outcome = trial_.look_up_until_known();
    const auto& beyond = GetParam().profile.beyond_repair;
    if (word(outcome) == "unknown" && std::ranges::find(beyond, row().fault.kind) != beyond.end()) {
      EXPECT_LE(trial_.effects(), 1);
      return;
    }
    EXPECT_EQ(word(outcome), "succeeded") << show(outcome);
    EXPECT_EQ(trial_.effects(), 1);
    EXPECT_EQ(word(trial_.look_up()), "succeeded");
    EXPECT_EQ(trial_.effects(), 1);
  }

  const std::unique_ptr<Subject> subject_ = GetParam().profile.make();
  Trial trial_ = Trial::ready(*subject_, GetParam().profile, GetParam().verb);
};

TEST_P(Failure, of_the_work_itself_is_called_what_it_is_and_repaired) {
  break_down(GetParam().verb);
  const auto outcome = trial_.carry_out();
  expect_one_of(row().words, outcome);
  EXPECT_EQ(trial_.effects(), row().is_done ? 1 : 0);
  if (std::holds_alternative<NotExecuted>(outcome)) return;
  expect_the_truth_in_the_end();
}

TEST_P(Failure, of_everything_while_it_is_looked_up_says_nothing_of_the_first_time) {
  const bool has_line = GetParam().profile.faults.empty();
  subject_->break_down({.kind = has_line ? "reset_after" : "hang_after"}, GetParam().verb);
  ASSERT_EQ(word(trial_.carry_out()), "unknown");
  break_down(std::nullopt);
  expect_one_of(row().words_of_look, trial_.look_up());
  EXPECT_EQ(trial_.effects(), 1);
  expect_the_truth_in_the_end();
}

INSTANTIATE_TEST_SUITE_P(Every, Failure, testing::ValuesIn(cases()), name_of_case);

class Unreachable : public ProviderContract {};

TEST_P(Unreachable, was_never_asked_and_did_nothing) {
  for (const auto verb : {AttemptKind::authorize, AttemptKind::refund}) {
    auto trial = ready(verb);
    const auto outcome = trial.ask_unreachable_to_carry_out();
    EXPECT_EQ(word(outcome), "not_executed") << show(outcome);
    EXPECT_EQ(trial.effects(), 0);
  }
}

TEST_P(Unreachable, says_nothing_of_what_it_was_asked_before) {
  for (const auto verb : {AttemptKind::authorize, AttemptKind::refund}) {
    auto trial = ready(verb);
    const auto outcome = trial.ask_unreachable_to_look_up();
    EXPECT_EQ(word(outcome), "unknown") << show(outcome);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, Unreachable, testing::ValuesIn(profiles()), name_of_run);

}  // namespace
}  // namespace pay::test
