// How settlements become durable: in groups, one at a time, again when they were not.
#include <gtest/gtest.h>

#include "outbox/settler.hpp"
#include "unit/outbox/fakes.hpp"

namespace pay {
namespace {

using namespace test;

Settlement settlement(std::int64_t id) {
  return {.id = {id}};
}

std::vector<std::int64_t> ids_of(const std::vector<Settlement>& settlements) {
  std::vector<std::int64_t> ids;
  for (const auto& s : settlements) ids.push_back(s.id.value);
  return ids;
}

struct Settling : testing::Test {
  void add(std::int64_t id, Settlement::Kind kind = Settlement::Kind::delivered) {
    settler->add({.id = {id}, .kind = kind});
  }

  FakeSteady steady;
  FakeLedger ledger{false};
  std::vector<Settlement> saved;
  std::shared_ptr<Settler> settler = std::make_shared<Settler>(
      ledger.settle(), [this](auto settled) { saved.insert(saved.end(), settled.begin(), settled.end()); },
      [this] { ++wakes; }, steady.source());
  int wakes = 0;

  /// The moment between a group and the next.
  void gather() {
    steady.advance(Settler::gathering_time);
    settler->look_after();
  }
};

using Ids = std::vector<std::int64_t>;

TEST_F(Settling, nothing_is_given_before_it_opens) {
  add(1);
  EXPECT_EQ(ledger.waiting(), 0U);
  settler->open();
  EXPECT_EQ(ids_of(ledger.answer(true)), Ids({1}));
}

TEST_F(Settling, what_comes_while_one_group_is_saved_goes_out_together_when_it_is_back) {
  settler->open();
  for (int id = 1; id <= 4; ++id) add(id);
  EXPECT_EQ(ledger.waiting(), 1U);
  EXPECT_EQ(settler->backlog(), 4U);
  EXPECT_EQ(ids_of(ledger.answer(true)), Ids({1}));
  EXPECT_EQ(ids_of(saved), Ids({1}));
  gather();
  EXPECT_EQ(ids_of(ledger.answer(true)), Ids({2, 3, 4}));
  EXPECT_EQ(ids_of(saved), Ids({1, 2, 3, 4}));
  EXPECT_EQ(settler->backlog(), 0U);
  EXPECT_EQ(ledger.waiting(), 0U);
}

TEST_F(Settling, a_moment_lies_between_two_groups_and_whoever_looks_after_is_woken_for_it_once) {
  settler->open();
  add(1);
  ledger.answer(true);
  EXPECT_EQ(settler->next_look(), std::nullopt) << "nothing was gathered";
  EXPECT_EQ(wakes, 0);
  add(2);
  add(3);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(settler->next_look(), steady.now() + Settler::gathering_time);
  EXPECT_EQ(ledger.waiting(), 0U);
  gather();
  EXPECT_EQ(ids_of(ledger.answer(true)), Ids({2, 3}));
  gather();
  add(4);
  EXPECT_EQ(ids_of(ledger.answer(true)), Ids({4})) << "after a quiet moment it goes at once";
}

TEST_F(Settling, a_group_is_bounded) {
  settler->open();
  for (int id = 0; id <= static_cast<int>(Settler::group_limit) + 1; ++id) add(id);
  ledger.answer(true);
  gather();
  EXPECT_EQ(ledger.answer(true).size(), Settler::group_limit);
  gather();
  EXPECT_EQ(ledger.answer(true).size(), 1U);
}

TEST_F(Settling, what_was_not_saved_is_given_again_after_pauses_that_grow_to_a_second) {
  settler->open();
  add(1);
  for (const auto pause : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    ledger.answer(false);
    add(2);
    EXPECT_EQ(ledger.waiting(), 0U);
    EXPECT_EQ(settler->next_look(), steady.now() + pause);
    steady.advance(pause - 1ms);
    settler->look_after();
    EXPECT_EQ(ledger.waiting(), 0U);
    steady.advance(1ms);
    settler->look_after();
    EXPECT_EQ(settler->next_look(), std::nullopt);
  }
  EXPECT_TRUE(saved.empty());
  EXPECT_EQ(ids_of(ledger.answer(true)), Ids({1, 2, 2, 2, 2, 2, 2}));
  EXPECT_EQ(saved.size(), 7U);
  gather();
  add(3);
  ledger.answer(false);
  EXPECT_EQ(settler->next_look(), steady.now() + 100ms);
}

TEST_F(Settling, closing_gives_all_that_is_left_at_once_and_takes_nothing_more) {
  settler->open();
  add(1);
  add(2);
  settler->close({settlement(3)});
  add(4);
  EXPECT_EQ(ids_of(ledger.answer(false)), Ids({1}));
  EXPECT_EQ(ids_of(ledger.answer(true)), Ids({2, 3}));
  EXPECT_EQ(ledger.waiting(), 0U);
}

TEST_F(Settling, one_that_never_opened_closes_in_silence) {
  add(1);
  settler->close({settlement(2)});
  EXPECT_EQ(ledger.waiting(), 0U);
}

TEST_F(Settling, an_answer_may_come_after_everybody_else_has_gone) {
  settler->open();
  add(1);
  settler->close({});
  settler.reset();
  ledger.answer(true);
  EXPECT_TRUE(saved.empty());
}

}  // namespace
}  // namespace pay
