// The reader on a store that counts what it is asked: single payments share one look, cursors lead on, and a
// database that is gone is an answer.
#include "query/reader.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <latch>

#include "contract/store/samples.hpp"
#include "query/cursor.hpp"
#include "unit/query/fake_read_store.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

class ReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const std::int64_t id : {1, 2, 3}) shelf_.payments.push_back(new_payment({id}));
    shelf_.events.push_back({.type = EventType::created, .after = shelf_.payments.front()});
  }
  void start(Reader::Options options = {}) {
    std::vector<std::unique_ptr<ReadStore>> stores;
    stores.push_back(std::make_unique<FakeReadStore>(shelf_));
    reader_ = std::make_unique<Reader>(std::move(stores), options, [](std::vector<Reader::Completion> batch) {
      for (auto& completion : batch) completion.done(std::move(completion.result));
    });
  }
  /// How many were refused.
  std::size_t submit(std::vector<Query> queries) {
    std::vector<Question> questions;
    for (auto& query : queries) questions.push_back({.query = std::move(query)});
    return submit(std::move(questions));
  }
  std::size_t submit(std::vector<Question> questions) {
    std::vector<Reader::Submission> submissions;
    for (auto& question : questions) {
      submissions.push_back({.question = std::move(question), .done = [this](Result<QueryResult> result) {
                               const std::lock_guard lock(mutex_);
                               results_.push_back(std::move(result));
                               arrived_.notify_all();
                             }});
    }
    reader_->submit(submissions);
    return submissions.size();
  }
  /// The answers so far, once there are so many.
  std::vector<Result<QueryResult>> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(arrived_.wait_for(lock, 30s, [&] { return results_.size() >= count; }));
    return results_;
  }
  Result<QueryResult> ask(Query query, std::optional<std::string> scope = {}) {
    if (!reader_) start();
    const auto before = wait_for(0).size();
    submit(std::vector{Question{.query = std::move(query), .scope = std::move(scope)}});
    return wait_for(before + 1).back();
  }

  Shelf shelf_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Result<QueryResult>> results_;
  std::unique_ptr<Reader> reader_;
};

TEST_F(ReaderTest, finds_single_payments_in_one_look) {
  start();
  submit({FindPayment{{3}}, FindPayment{{1}}, FindPayment{{9}}, FindPayment{{1}}});
  const auto results = wait_for(4);
  EXPECT_EQ(std::get<Payment>(*results.at(0)).id, PaymentId{3});
  EXPECT_EQ(std::get<Payment>(*results.at(1)).id, PaymentId{1});
  EXPECT_EQ(results.at(2).error().code, ErrorCode::not_found);
  EXPECT_EQ(std::get<Payment>(*results.at(3)).id, PaymentId{1});
  EXPECT_THAT(shelf_.found, ElementsAre(ElementsAre(1, 3, 9)));
}

TEST_F(ReaderTest, takes_all_that_came_while_it_was_in_the_database_into_the_next_look) {
  std::latch reached(1);
  std::latch let_go(1);
  shelf_.on_call = [&, first = true]() mutable {
    if (!std::exchange(first, false)) return;
    reached.count_down();
    let_go.wait();
  };
  start({.queue_limit = 2});
  submit({FindPayment{{1}}});
  reached.wait();
  EXPECT_EQ(submit({FindPayment{{2}}}), 0U);
  EXPECT_EQ(submit({FindPayment{{3}}, FindPayment{{1}}}), 1U) << "the queue is full";
  let_go.count_down();
  wait_for(3);
  EXPECT_THAT(shelf_.found, ElementsAre(ElementsAre(1), ElementsAre(2, 3)));
}

TEST_F(ReaderTest, asks_nothing_of_the_database_for_single_payments_when_there_are_none) {
  ask(CheckHealth{});
  EXPECT_THAT(shelf_.found, SizeIs(0));
}

TEST_F(ReaderTest, begins_a_list_at_its_newest_end_and_goes_on_at_the_cursor) {
  const PaymentFilter filter{.order_id = OrderId{1}};
  const auto first = ask(ListPayments{.filter = filter, .limit = 7});
  EXPECT_EQ(shelf_.listed_from, max_id + 1);
  EXPECT_EQ(shelf_.limit, 7U);
  const auto& page = std::get<Page<Payment>>(*first);
  EXPECT_THAT(page.rows, SizeIs(3));
  ASSERT_TRUE(page.next_cursor);
  ASSERT_TRUE(ask(ListPayments{.filter = filter, .cursor = page.next_cursor}));
  EXPECT_EQ(shelf_.listed_from, 5);
}

TEST_F(ReaderTest, begins_a_history_at_its_oldest_end_and_goes_on_at_the_cursor) {
  const auto first = ask(ListEvents{{.payment = {1}}});
  EXPECT_EQ(shelf_.listed_from, 0);
  EXPECT_EQ(shelf_.limit, 20U);
  const auto cursor = std::get<Page<Event>>(*first).next_cursor;
  ASSERT_TRUE(ask(ListEvents{{.payment = {1}, .cursor = cursor}}));
  EXPECT_EQ(shelf_.listed_from, 2);
}

TEST_F(ReaderTest, gives_no_cursor_on_the_last_page) {
  EXPECT_EQ(std::get<Page<Attempt>>(*ask(ListAttempts{{.payment = {1}}})).next_cursor, std::nullopt);
  const auto refunds = std::get<RefundPage>(*ask(ListRefunds{{.payment = {1}}}));
  EXPECT_EQ(refunds.next_cursor, std::nullopt);
  EXPECT_EQ(refunds.currency.code(), "JPY");
}

TEST_F(ReaderTest, refuses_a_cursor_that_is_none_or_of_another_list) {
  const auto of_events = write_cursor(1, mark_of("events", {1}));
  const Query queries[] = {
      ListPayments{.filter = {}, .cursor = "garbage"},
      ListPayments{.filter = {}, .cursor = of_events},
      ListPayments{.filter = {.order_id = OrderId{1}}, .cursor = write_cursor(1, mark_of(PaymentFilter{}))},
      ListEvents{{.payment = {2}, .cursor = of_events}},
      ListRefunds{{.payment = {1}, .cursor = of_events}},
      ListAttempts{{.payment = {1}, .cursor = ""}},
  };
  for (const auto& query : queries) {
    const auto result = ask(query);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_request);
    EXPECT_EQ(result.error().fields.at(0).field, "cursor");
  }
  EXPECT_EQ(shelf_.listed_from, -1);
}

TEST_F(ReaderTest, knows_no_lists_of_a_payment_that_is_not_there) {
  EXPECT_EQ(ask(ListEvents{{.payment = {9}}}).error().code, ErrorCode::not_found);
  EXPECT_EQ(ask(ListRefunds{{.payment = {9}}}).error().code, ErrorCode::not_found);
  EXPECT_EQ(ask(ListAttempts{{.payment = {9}}}).error().code, ErrorCode::not_found);
}

TEST_F(ReaderTest, lists_notifications_from_their_newest_end_and_goes_on_at_the_cursor) {
  shelf_.notifications.push_back({.id = {8}, .payment_id = {1}, .sequence = 2});
  const NotificationFilter filter{.payment_id = PaymentId{1}, .status = NotificationStatus::dead};
  const auto first = ask(ListNotifications{.filter = filter, .limit = 7});
  EXPECT_EQ(shelf_.listed_from, max_id + 1);
  EXPECT_EQ(shelf_.limit, 7U);
  EXPECT_EQ(shelf_.notification_filter, filter);
  const auto& page = std::get<Page<Notification>>(*first);
  EXPECT_EQ(page.rows, shelf_.notifications);
  ASSERT_TRUE(page.next_cursor);
  ASSERT_TRUE(ask(ListNotifications{.filter = filter, .cursor = page.next_cursor}));
  EXPECT_EQ(shelf_.listed_from, 5);
  EXPECT_EQ(ask(ListNotifications{.filter = {}, .cursor = page.next_cursor}).error().code,
            ErrorCode::invalid_request);
}

TEST_F(ReaderTest, lists_everybodys_attempts_from_their_newest_end_and_goes_on_at_the_cursor) {
  shelf_.attempts.push_back({.id = {8}, .payment_id = {1}, .provider = "bank"});
  const AttemptFilter filter{.outcome = AttemptOutcome::unknown, .provider = "bank", .needs_attention = true};
  const auto first = ask(ListAllAttempts{.filter = filter, .limit = 7});
  EXPECT_EQ(shelf_.listed_from, max_id + 1);
  EXPECT_EQ(shelf_.limit, 7U);
  EXPECT_EQ(shelf_.attempt_filter, filter);
  const auto& page = std::get<Page<Attempt>>(*first);
  EXPECT_EQ(page.rows, shelf_.attempts);
  ASSERT_TRUE(page.next_cursor);
  ASSERT_TRUE(ask(ListAllAttempts{.filter = filter, .cursor = page.next_cursor}));
  EXPECT_EQ(shelf_.listed_from, 5);
  EXPECT_EQ(ask(ListAllAttempts{.filter = {}, .cursor = page.next_cursor}).error().code,
            ErrorCode::invalid_request);
}

TEST_F(ReaderTest, answers_unavailable_without_a_database_and_the_next_query_when_it_is_back) {
  shelf_.on_call = [n = 0]() mutable {
    if (n++ < 3) throw StoreUnavailable("gone: 10.0.0.7 refused");
  };
  for (const Query& query : {Query(FindPayment{{1}}), Query(ListPayments{}), Query(CheckHealth{})}) {
    const auto result = ask(query);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::unavailable);
    EXPECT_EQ(result.error().internal, "gone: 10.0.0.7 refused");
    EXPECT_EQ(result.error().detail.en, "");
  }
  EXPECT_TRUE(ask(CheckHealth{}));
}

TEST_F(ReaderTest, answers_what_waits_before_it_ends) {
  start();
  submit({FindPayment{{1}}, FindPayment{{2}}, CheckHealth{}});
  reader_.reset();
  EXPECT_THAT(results_, SizeIs(3));
}

}  // namespace
}  // namespace pay::test
