// What a commit left is told at once, as long as the receiver keeps up; whoever paid waits for it, not for
// long.
#include "unit/outbox/desk.hpp"

namespace pay {
namespace {

using namespace test;
using Kind = Settlement::Kind;

struct FirstTry : Desk {};

TEST_F(FirstTry, of_a_payment_that_became_paid_is_made_at_once) {
  pay(7);
  ASSERT_EQ(http.waiting(), 1U);
  auto call = http.take_one();
  EXPECT_EQ(call.request.method, "PUT");
  EXPECT_EQ(call.request.url, "http://shop");
  EXPECT_EQ(call.request.timeout, options.inline_time);
  EXPECT_TRUE(ledger.all().empty());
  call.done(updated());
  EXPECT_EQ(ledger.all(), (std::vector<Settlement>{{.id = {7}, .at = clock.now()}}));
  EXPECT_EQ(observer.delivered, 1);
}

TEST_F(FirstTry, of_a_commit_goes_out_in_one_send) {
  options.concurrency = 64;
  std::vector<Event> events;
  std::vector<Notification> notifications;
  for (int i = 1; i <= 20; ++i) {
    auto created = paid_event(1000 + i);
    created.type = EventType::created;
    events.push_back(created);
    events.push_back(paid_event(i));
    notifications.push_back(notification_of(events.back(), i));
  }
  courier().on_commit(notifications, events, 0ns);
  EXPECT_EQ(http.sends(), 1);
  const auto calls = http.take_all();
  ASSERT_EQ(calls.size(), 20U);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(payment_told(calls[static_cast<std::size_t>(i)].request), i + 1);
  EXPECT_EQ(wakes, 0);
}

TEST_F(FirstTry, counts_as_a_try) {
  pay(7);
  answer(updated(false));
  ASSERT_EQ(ledger.all().size(), 1U);
  const auto settlement = ledger.all().front();
  EXPECT_EQ(settlement.kind, Kind::failed);
  EXPECT_EQ(settlement.last_error, "updated:false");
  EXPECT_GE(settlement.retry_in, 9s);
  EXPECT_LE(settlement.retry_in, 11s);
  EXPECT_EQ(observer.failures("complaint"), 1);
}

TEST_F(FirstTry, is_not_made_of_a_refund_and_whoever_claims_is_woken) {
  const auto event = refunded_event(7);
  const auto notification = notification_of(event, 8);
  courier().on_commit({&notification, 1}, {&event, 1}, 0ns);
  EXPECT_EQ(http.waiting(), 0U);
  EXPECT_EQ(wakes, 1);
}

TEST_F(FirstTry, is_waited_for_until_it_is_over) {
  EXPECT_FALSE(is_waited_for(7));
  pay(7);
  bool let_go = false;
  courier().after_first_try({7}, 2, [&] { let_go = true; });
  EXPECT_FALSE(let_go);
  answer(failure(http::CallFailure::broken));
  EXPECT_TRUE(let_go);
  EXPECT_FALSE(is_waited_for(7));
}

TEST_F(FirstTry, is_waited_for_no_longer_than_the_inline_time) {
  pay(7);
  bool let_go = false;
  courier().after_first_try({7}, 2, [&] { let_go = true; });
  EXPECT_EQ(courier().next_look(), steady.now() + options.inline_time);
  advance(999ms);
  EXPECT_FALSE(let_go);
  advance(1ms);
  EXPECT_TRUE(let_go);
  EXPECT_EQ(answer(updated()), 7);
  EXPECT_EQ(ledger.all().front().kind, Kind::delivered);
}

TEST_F(FirstTry, goes_on_when_those_who_paid_are_let_go) {
  pay(1);
  bool let_go = false;
  courier().after_first_try({1}, 2, [&] { let_go = true; });
  courier().let_payers_go();
  EXPECT_TRUE(let_go);
  pay(2);
  EXPECT_FALSE(is_waited_for(2));
  answer(updated());
  answer(updated());
  EXPECT_EQ(ledger.all().size(), 2U);
}

TEST_F(FirstTry, waits_for_a_slot_and_begins_when_one_is_free) {
  for (int i = 1; i <= 4; ++i) pay(i);
  EXPECT_EQ(http.waiting(), 2U);
  EXPECT_TRUE(is_waited_for(4));
  EXPECT_EQ(answer(updated()), 1);
  EXPECT_EQ(answer(updated()), 2);
  EXPECT_EQ(answer(updated()), 3);
  EXPECT_EQ(answer(updated()), 4);
  EXPECT_EQ(ledger.all().size(), 4U);
}

TEST_F(FirstTry, that_found_no_slot_in_time_is_left_to_the_outbox) {
  for (int i = 1; i <= 3; ++i) pay(i);
  EXPECT_TRUE(is_waited_for(3));
  advance(1001ms);
  EXPECT_FALSE(is_waited_for(3));
  EXPECT_EQ(answer(updated()), 1);
  EXPECT_EQ(answer(updated()), 2);
  EXPECT_EQ(http.waiting(), 0U);
  // It is not held any more: a claim may bring it.
  claim({3});
  EXPECT_EQ(answer(updated()), 3);
}

TEST_F(FirstTry, queue_is_bounded) {
  for (int i = 1; i <= 20; ++i) pay(i);
  EXPECT_TRUE(is_waited_for(10));
  EXPECT_FALSE(is_waited_for(11));
}

TEST_F(FirstTry, is_not_made_for_a_receiver_slower_than_the_inline_time_until_it_is_quick_again) {
  pay(1);
  steady.advance(1s);
  answer(updated());
  pay(2);
  EXPECT_EQ(http.waiting(), 0U);
  EXPECT_FALSE(is_waited_for(2));

  claim({2});
  steady.advance(1001ms);
  answer(updated());
  pay(3);
  EXPECT_EQ(http.waiting(), 0U);

  claim({3});
  steady.advance(10ms);
  answer(updated(false));
  pay(4);
  EXPECT_EQ(http.waiting(), 1U);
}

TEST_F(FirstTry, is_not_made_for_a_receiver_that_timed_out) {
  pay(1);
  steady.advance(1s);
  answer(failure(http::CallFailure::timed_out));
  pay(2);
  EXPECT_EQ(http.waiting(), 0U);
}

TEST_F(FirstTry, is_not_made_while_the_circuit_is_open_and_those_that_wait_are_let_go) {
  options.concurrency = 5;
  for (int i = 1; i <= 6; ++i) pay(i);
  EXPECT_TRUE(is_waited_for(6));
  for (int i = 1; i <= 4; ++i) {
    EXPECT_EQ(answer(failure(http::CallFailure::refused)), i);
    pay(10 + i);
  }
  EXPECT_EQ(observer.opened, 0);
  answer(failure(http::CallFailure::refused));
  EXPECT_EQ(observer.opened, 1);
  EXPECT_TRUE(is_waited_for(13));
  EXPECT_FALSE(is_waited_for(14));
  pay(20);
  EXPECT_FALSE(is_waited_for(20));
}

TEST_F(FirstTry, is_not_made_when_the_commit_took_so_long_that_others_could_find_it_under_way) {
  const auto event = paid_event(7);
  const auto notification = notification_of(event, 7, {}, clock.now());
  courier().on_commit({&notification, 1}, {&event, 1}, first_try - options.inline_time);
  EXPECT_EQ(http.waiting(), 0U);
  EXPECT_FALSE(is_waited_for(7));
  courier().on_commit({&notification, 1}, {&event, 1}, first_try - options.inline_time - 1ms);
  EXPECT_EQ(http.waiting(), 1U);
  EXPECT_TRUE(is_waited_for(7));
}

TEST_F(FirstTry, is_not_made_beside_a_claim_of_the_same) {
  claim({7});
  pay(7);
  EXPECT_EQ(http.waiting(), 1U);
  EXPECT_FALSE(is_waited_for(7));
}

TEST_F(FirstTry, can_be_done_without) {
  options.inline_time = 0ms;
  auto notification = notification_of(paid_event(7), 7);
  notification.due_at = notification.created_at;
  const auto event = paid_event(7);
  courier().on_commit({&notification, 1}, {&event, 1}, 0ns);
  EXPECT_EQ(http.waiting(), 0U);
  EXPECT_EQ(wakes, 1);
}

TEST_F(FirstTry, of_a_slow_client_keeps_no_other_waiting) {
  audience = {"fast", "slow"};
  for (int i = 1; i <= 20; ++i) pay(i, "slow");
  pay(100, "fast");
  EXPECT_EQ(http.waiting(), 3U);
  http.take_one();
  http.take_one();
  EXPECT_EQ(answer(updated()), 100);
}

TEST_F(FirstTry, finds_nobody_to_tell_when_the_client_is_gone) {
  audience = {};
  pay(7);
  EXPECT_EQ(http.waiting(), 0U);
  EXPECT_FALSE(is_waited_for(7));
  ASSERT_EQ(ledger.all().size(), 1U);
  EXPECT_EQ(ledger.all().front().kind, Kind::failed) << "it may come back";
  EXPECT_EQ(ledger.all().front().last_error, "nobody to tell");
}

}  // namespace
}  // namespace pay
