// A client works on its own payments alone: another's are not there for it, whatever the command.
#include <gmock/gmock.h>

#include "unit/command/batch.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Scoped : public Batch {};

TEST_F(Scoped, commands_do_not_find_the_payment_of_another) {
  const auto id = have({}, "theirs");
  const auto before = memory_.payments.at(id);
  const std::vector<Command> commands{process(id),
                                      declined_process(id),
                                      CapturePayment{.id = id},
                                      CancelPayment{.id = id, .reason = {}},
                                      refund_of("1", id),
                                      UndoPayment{.id = id},
                                      ExpirePayment{.id = id}};
  for (const auto& command : commands) {
    const auto reply = run_one(of_client("mine", with_key(command, "k", "mine")));
    ASSERT_FALSE(reply) << command.index();
    EXPECT_EQ(reply.error().code, ErrorCode::not_found) << command.index();
    EXPECT_TRUE(changes_.empty()) << command.index();
  }
  EXPECT_EQ(memory_.payments.at(id), before);
}

TEST_F(Scoped, commands_find_a_payment_of_their_own) {
  const auto id = have({}, "mine");
  EXPECT_EQ(payment_of(run_one(of_client("mine", without_key(process(id))))).status, Status::paid);
}

TEST_F(Scoped, clients_do_not_see_what_belongs_to_nobody) {
  const auto id = have();
  EXPECT_EQ(run_one(of_client("mine", without_key(process(id)))).error().code, ErrorCode::not_found);
}

TEST_F(Scoped, without_one_everybodys_payments_are_there) {
  const auto id = have({}, "theirs");
  EXPECT_EQ(payment_of(run_one(without_key(process(id)))).status, Status::paid);
}

TEST_F(Scoped, an_order_is_undone_for_its_own_payments_even_when_others_are_loaded) {
  const auto mine = have({}, "mine");
  const auto theirs = have({}, "theirs");
  const auto replies =
      run({without_key(process(theirs)), of_client("mine", without_key(UndoOrder{.order_id = {11}})),
           of_client("none", without_key(UndoOrder{.order_id = {11}}))});
  EXPECT_EQ(order_of(replies[1]).payments, std::vector{memory_.payments.at(mine)});
  EXPECT_EQ(memory_.payments.at(mine).status, Status::canceled);
  EXPECT_EQ(memory_.payments.at(theirs).status, Status::paid);
  EXPECT_THAT(order_of(replies[2]).payments, IsEmpty());
}

TEST_F(Scoped, an_order_told_again_shows_its_own_payments_alone) {
  have({}, "theirs");
  const auto undo = of_client("mine", with_key(UndoOrder{.order_id = {11}}, "k", "mine"));
  run_one(undo);
  const auto again = run_one(undo);
  EXPECT_TRUE(order_of(again).replayed);
  EXPECT_THAT(order_of(again).payments, IsEmpty());
}

TEST_F(Scoped, the_same_key_of_two_clients_is_two_keys) {
  const auto first = run_one(of_client("a", with_key(create(), "k", "a")));
  const auto second = run_one(of_client("b", with_key(create(12), "k", "b")));
  EXPECT_NE(payment_of(first).id, payment_of(second).id);
  EXPECT_FALSE(reply_of(second).replayed);
}

TEST(Wanted, of_an_order_is_whose_it_is) {
  const Job undo = without_key(UndoOrder{.order_id = {5}});
  const auto wanted = what_is_wanted(std::vector{of_client("b", undo), of_client("a", undo), undo});
  EXPECT_THAT(wanted.orders,
              ElementsAre(WantedOrder{.id = {5}, .client = {}}, WantedOrder{.id = {5}, .client = "a"},
                          WantedOrder{.id = {5}, .client = "b"}));
}

}  // namespace
}  // namespace pay::test
