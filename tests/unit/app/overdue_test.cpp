// Turns over payments whose time is over, some of which cannot be expired now: a list in memory, a time that
// the test gives.
#include "app/overdue.hpp"

#include <gmock/gmock.h>

#include "support/fake_clock.hpp"
#include "unit/query/fake_read_store.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;
using app::Overdue;
using testing::ElementsAre;
using testing::IsEmpty;

class OverdueTest : public testing::Test {
 protected:
  /// Payments 1 to `count`, each over for a microsecond less than the one before.
  void expire(std::int64_t count) {
    shelf_.expired.clear();
    for (std::int64_t id = 1; id <= count; ++id)
      shelf_.expired.push_back({.at = now_ - 1h + std::chrono::microseconds{id}, .payment = {id}});
  }
  std::vector<PaymentId> turn(std::size_t limit = 1000) { return overdue_.next(store_, now_, limit); }
  /// As when each command leaves its payment as it was.
  std::vector<PaymentId> turn_in_vain(std::size_t limit = 1000) {
    auto due = turn(limit);
    for (const auto id : due) overdue_.put_off(id, now_);
    return due;
  }

  Timestamp now_ = start_of_tests;
  Shelf shelf_;
  FakeReadStore store_{shelf_};
  Overdue overdue_;
};

TEST_F(OverdueTest, what_could_not_be_expired_is_not_tried_again_for_an_hour) {
  expire(2);
  EXPECT_THAT(turn_in_vain(), ElementsAre(PaymentId{1}, PaymentId{2}));
  now_ += 59min;
  EXPECT_THAT(turn(), IsEmpty());
  now_ += 1min;
  EXPECT_THAT(turn(), ElementsAre(PaymentId{1}, PaymentId{2}));
}

TEST_F(OverdueTest, what_cannot_be_expired_does_not_keep_the_others_waiting) {
  expire(2'003);
  EXPECT_EQ(turn_in_vain().size(), 1000U);
  EXPECT_EQ(turn_in_vain().front(), PaymentId{1001});
  EXPECT_THAT(turn_in_vain(), ElementsAre(PaymentId{2001}, PaymentId{2002}, PaymentId{2003}));
  expire(2'004);
  EXPECT_THAT(turn_in_vain(), ElementsAre(PaymentId{2004}));
}

TEST_F(OverdueTest, what_was_not_tried_after_all_comes_again) {
  expire(3);
  EXPECT_THAT(turn(2), ElementsAre(PaymentId{1}, PaymentId{2}));
  EXPECT_THAT(turn(2), ElementsAre(PaymentId{3}));
  EXPECT_THAT(turn(2), ElementsAre(PaymentId{1}, PaymentId{2}));
}

TEST_F(OverdueTest, a_turn_looks_at_a_bounded_number_of_rows_and_the_next_one_goes_on) {
  const auto many = static_cast<std::int64_t>(Overdue::most_examined);
  expire(many + 1);
  EXPECT_EQ(turn_in_vain(Overdue::most_examined).size(), Overdue::most_examined);
  EXPECT_THAT(turn_in_vain(), ElementsAre(PaymentId{many + 1}));
  EXPECT_THAT(turn(), IsEmpty());
  expire(many + 2);
  EXPECT_THAT(turn(), ElementsAre(PaymentId{many + 2}));
}

}  // namespace
}  // namespace pay::test
