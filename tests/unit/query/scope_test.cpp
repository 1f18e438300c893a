// What a client asks is answered as if nobody else's payments were there.
#include <gmock/gmock.h>

#include <future>

#include "contract/store/samples.hpp"
#include "query/cursor.hpp"
#include "query/reader.hpp"
#include "unit/query/fake_read_store.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Scoped : public testing::Test {
 protected:
  Scoped() {
    for (const std::int64_t id : {1, 2, 3}) {
      auto payment = new_payment({id});
      payment.client = id == 1 ? "mine" : id == 2 ? "theirs" : "";
      shelf_.payments.push_back(payment);
    }
    std::vector<std::unique_ptr<ReadStore>> stores;
    stores.push_back(std::make_unique<FakeReadStore>(shelf_));
    reader_ = std::make_unique<Reader>(std::move(stores), Reader::Options{},
                                       [](std::vector<Reader::Completion> batch) {
                                         for (auto& completion : batch)
                                           completion.done(std::move(completion.result));
                                       });
  }
  Result<QueryResult> ask(Query query, std::optional<std::string> scope = "mine") {
    std::promise<Result<QueryResult>> answer;
    std::vector<Reader::Submission> submissions;
    submissions.push_back({.question = {.query = std::move(query), .scope = std::move(scope)},
                           .done = [&](Result<QueryResult> result) { answer.set_value(std::move(result)); }});
    reader_->submit(submissions);
    return answer.get_future().get();
  }

  Shelf shelf_;
  std::unique_ptr<Reader> reader_;
};

TEST_F(Scoped, a_payment_of_its_own_is_found) {
  EXPECT_EQ(std::get<Payment>(*ask(FindPayment{{1}})).client, "mine");
  EXPECT_EQ(std::get<Payment>(*ask(FindPayment{{3}}, "")).client, "");
  EXPECT_EQ(std::get<Payment>(*ask(FindPayment{{2}}, std::nullopt)).client, "theirs");
}

TEST_F(Scoped, a_payment_of_another_and_all_that_belongs_to_it_is_not_found) {
  for (const std::int64_t id : {2, 3, 9}) {
    for (const Query& query :
         {Query(FindPayment{{id}}), Query(ListEvents{{.payment = {id}}}),
          Query(ListRefunds{{.payment = {id}}}), Query(ListAttempts{{.payment = {id}}})}) {
      const auto result = ask(query);
      ASSERT_FALSE(result) << id << " " << query.index();
      EXPECT_EQ(result.error().code, ErrorCode::not_found);
    }
  }
  EXPECT_EQ(shelf_.listed_from, -1) << "nothing of it was read";
}

TEST_F(Scoped, what_belongs_to_a_payment_of_its_own_is_listed) {
  EXPECT_TRUE(ask(ListEvents{{.payment = {1}}}));
  EXPECT_TRUE(ask(ListRefunds{{.payment = {1}}}));
  EXPECT_TRUE(ask(ListAttempts{{.payment = {1}}}));
}

TEST_F(Scoped, whose_a_list_is_takes_no_look_without_a_scope) {
  ask(ListEvents{{.payment = {2}}}, std::nullopt);
  EXPECT_THAT(shelf_.found, IsEmpty());
  ask(ListEvents{{.payment = {1}}});
  EXPECT_THAT(shelf_.found, ElementsAre(ElementsAre(1)));
}

TEST_F(Scoped, lists_are_of_its_own_payments_whatever_else_is_asked) {
  ASSERT_TRUE(ask(ListPayments{.filter = {.order_id = OrderId{1}}}));
  EXPECT_EQ(shelf_.payment_filter, (PaymentFilter{.order_id = OrderId{1}, .client = "mine"}));
  ASSERT_TRUE(ask(ListPayments{.filter = {.client = "mine"}}));
  EXPECT_EQ(shelf_.payment_filter, (PaymentFilter{.client = "mine"}));
  ASSERT_TRUE(ask(ListNotifications{.filter = {.payment_id = PaymentId{2}}}));
  EXPECT_EQ(shelf_.notification_filter, (NotificationFilter{.payment_id = PaymentId{2}, .client = "mine"}));
  ASSERT_TRUE(ask(ListAllAttempts{.filter = {.provider = "bank"}}));
  EXPECT_EQ(shelf_.attempt_filter, (AttemptFilter{.provider = "bank", .client = "mine"}));
}

TEST_F(Scoped, a_list_of_anothers_payments_is_empty) {
  const auto result = ask(ListPayments{.filter = {.client = "theirs"}});
  const auto& page = std::get<Page<Payment>>(*result);
  EXPECT_THAT(page.rows, IsEmpty());
  EXPECT_EQ(page.next_cursor, std::nullopt);
  EXPECT_EQ(shelf_.listed_from, -1);
  EXPECT_EQ(ask(ListPayments{.filter = {.client = "theirs"}, .cursor = "garbage"}).error().code,
            ErrorCode::invalid_request);
}

TEST_F(Scoped, a_cursor_goes_on_for_its_client_alone) {
  const auto first = ask(ListPayments{});
  const auto cursor = std::get<Page<Payment>>(*first).next_cursor;
  ASSERT_TRUE(cursor);
  EXPECT_TRUE(ask(ListPayments{.filter = {}, .cursor = cursor}));
  EXPECT_FALSE(ask(ListPayments{.filter = {}, .cursor = cursor}, "theirs"));
  EXPECT_FALSE(ask(ListPayments{.filter = {}, .cursor = cursor}, std::nullopt));
}

TEST_F(Scoped, health_is_everybodys) {
  EXPECT_TRUE(ask(CheckHealth{}));
  EXPECT_TRUE(ask(CheckHealth{}, std::nullopt));
}

}  // namespace
}  // namespace pay::test
