// What is claimed, how much of it, how often it is tried, and what is given back.
#include <numeric>

#include "unit/outbox/desk.hpp"

namespace pay {
namespace {

using namespace test;
using Kind = Settlement::Kind;
using http::CallFailure;

struct Claiming : Desk {
  void open_the_circuit() {
    for (int i = 1; i <= CircuitBreaker::failures_to_open; ++i) {
      claim({900 + i});
      answer(failure(CallFailure::timed_out));
    }
    ASSERT_EQ(observer.opened, 1);
  }
};

TEST_F(Claiming, asks_for_what_fits_the_buffer_and_again_when_less_than_a_round_is_left) {
  auto asks = claim({1, 2, 3, 4, 5, 6, 7, 8});
  ASSERT_EQ(asks.size(), 1U);
  EXPECT_EQ(asks.front().limit, 8U);
  EXPECT_EQ(http.waiting(), 2U);
  for (int i = 1; i <= 4; ++i) {
    EXPECT_TRUE(courier().begin_claim().empty());
    give({}, {});
    EXPECT_EQ(wakes, 0);
    answer(updated());
  }
  EXPECT_EQ(wakes, 0);
  answer(updated());
  EXPECT_EQ(wakes, 1);
  asks = claim({});
  ASSERT_EQ(asks.size(), 1U);
  EXPECT_EQ(asks.front().limit, 5U);
  answer(updated());
  EXPECT_EQ(wakes, 1);  // the outbox had no more
}

TEST_F(Claiming, asks_for_each_client_that_is_told) {
  audience = {"", "a", "b"};
  const auto asks = claim({1, 2, 3, 4, 5, 6, 7, 8}, "a");
  ASSERT_EQ(asks.size(), 3U);
  const auto again = claim({});
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].client, "");
  EXPECT_EQ(again[1].client, "b");
}

TEST_F(Claiming, later_tries_have_the_longer_time) {
  claim({1});
  EXPECT_EQ(http.take_one().request.timeout, options.timeout);
}

TEST_F(Claiming, each_failure_is_followed_by_a_pause_and_the_last_by_death) {
  claim({1}, {}, 1);
  answer(http::Answer{.status = 500});
  claim({2}, {}, 2);
  answer(http::Answer{.status = 500});
  const auto settled = ledger.all();
  ASSERT_EQ(settled.size(), 2U);
  EXPECT_EQ(settled[0].kind, Kind::failed);
  EXPECT_EQ(settled[1].kind, Kind::dead);
  EXPECT_EQ(settled[1].retry_in, 0ms);
  EXPECT_EQ(settled[1].last_error, "status 500");
  EXPECT_EQ(observer.dead, 1);
  EXPECT_EQ(observer.failures("complaint"), 2);
}

TEST_F(Claiming, what_waited_too_long_for_a_try_to_end_within_its_lease_is_dropped) {
  claim({1, 2, 3, 4});
  advance(25s);
  EXPECT_EQ(answer(updated()), 1);
  EXPECT_EQ(http.waiting(), 2U);
  advance(1ms);
  answer(updated());
  answer(updated());
  EXPECT_EQ(http.waiting(), 0U);
  EXPECT_EQ(ledger.all().size(), 3U);
  claim({4});
  EXPECT_EQ(answer(updated()), 4);
}

TEST_F(Claiming, nobody_is_told_when_the_client_has_gone_and_its_slots_serve_the_next) {
  const auto asks = courier().begin_claim();
  audience = {};
  give(asks, {1, 2, 3, 4, 5});
  EXPECT_EQ(http.waiting(), 0U);
  advance(Settler::gathering_time);
  const auto settled = ledger.all();
  ASSERT_EQ(settled.size(), 5U);
  for (const auto& settlement : settled) {
    EXPECT_EQ(settlement.kind, Kind::failed) << "it may come back, and another instance may know more";
    EXPECT_EQ(settlement.last_error, "nobody to tell");
  }
  EXPECT_EQ(observer.failures("nobody"), 5);
}

TEST_F(Claiming, a_row_that_is_on_its_way_is_not_tried_beside_it) {
  pay(1);
  claim({1});
  claim({1});
  EXPECT_EQ(http.waiting(), 1U);
}

TEST_F(Claiming, an_open_circuit_lets_one_try_through_every_ten_seconds) {
  open_the_circuit();
  EXPECT_TRUE(claim({}).empty());
  advance(9999ms - Settler::gathering_time);
  EXPECT_TRUE(claim({}).empty());
  advance(1ms);
  auto asks = claim({});
  ASSERT_EQ(asks.size(), 1U);
  EXPECT_EQ(asks.front().limit, 1U);
  // Nothing was due: the try is not used up.
  EXPECT_EQ(claim({1}).size(), 1U);
  EXPECT_EQ(http.waiting(), 1U);
  EXPECT_TRUE(claim({}).empty());
  answer(failure(CallFailure::refused));
  EXPECT_TRUE(claim({}).empty());
  advance(10s);
  EXPECT_EQ(claim({2}).size(), 1U);
  EXPECT_EQ(observer.opened, 1);
}

TEST_F(Claiming, any_answer_closes_the_circuit_and_asks_for_more_at_once) {
  open_the_circuit();
  advance(10s);
  claim({1});
  wakes = 0;
  answer(http::Answer{.status = 500});
  EXPECT_EQ(observer.closed, 1);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(claim({}).front().limit, 8U);
}

TEST_F(Claiming, what_waited_when_the_circuit_opened_is_tried_when_it_may) {
  options.concurrency = 5;
  claim({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  for (int i = 1; i <= 9; ++i) EXPECT_EQ(answer(failure(CallFailure::unresolved)), i);
  EXPECT_EQ(observer.opened, 1);
  advance(9s);
  EXPECT_EQ(http.waiting(), 0U);
  EXPECT_TRUE(claim({}).empty());
  advance(1s);
  EXPECT_EQ(answer(updated()), 10);
  EXPECT_EQ(answer(updated()), 11);
  EXPECT_EQ(answer(updated()), 12);
}

TEST_F(Claiming, answers_that_complain_and_broken_connections_open_no_circuit) {
  for (int i = 1; i <= 20; ++i) {
    claim({i});
    answer(i % 2 == 0 ? http::CallOutcome(http::Answer{.status = 500}) : failure(CallFailure::broken));
  }
  EXPECT_EQ(observer.opened, 0);
}

TEST_F(Claiming, an_aborted_try_is_released_and_counts_for_nothing_and_nothing_more_begins) {
  claim({1, 2, 3});
  http.stop();
  advance(Settler::gathering_time);
  const auto settled = ledger.all();
  ASSERT_EQ(settled.size(), 2U);
  for (const auto& settlement : settled) EXPECT_EQ(settlement.kind, Kind::released);
  EXPECT_EQ(http.waiting(), 0U);
  EXPECT_EQ(observer.failures("aborted"), 0);
  pay(9);
  EXPECT_EQ(http.waiting(), 0U);
  EXPECT_TRUE(claim({}).empty());
}

TEST_F(Claiming, stopping_gives_back_what_waits_and_lets_everybody_go) {
  for (int i = 1; i <= 3; ++i) pay(i);
  claim({4});
  bool let_go = false;
  courier().after_first_try({3}, 2, [&] { let_go = true; });
  http.stop();
  courier().stop();
  EXPECT_TRUE(let_go);
  auto settled = ledger.all();
  std::ranges::sort(settled, {}, &Settlement::id);
  ASSERT_EQ(settled.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(settled[i].id.value, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(settled[i].kind, Kind::released);
  }
}

TEST_F(Claiming, new_and_old_share_the_slots) {
  claim({1, 2, 3, 4, 5, 6});
  pay(11);
  pay(12);
  std::vector<std::int64_t> order;
  while (http.waiting() > 0) order.push_back(answer(updated()));
  EXPECT_EQ(order, (std::vector<std::int64_t>{1, 2, 11, 3, 12, 4, 5, 6}));
}

struct SlowLedger : Desk {
  SlowLedger() : Desk(false) {}
};

TEST_F(SlowLedger, a_row_is_held_until_its_settlement_is_durable) {
  claim({1});
  answer(http::Answer{.status = 500});
  claim({1});
  EXPECT_EQ(http.waiting(), 0U);
  ledger.answer(false);
  claim({1});
  EXPECT_EQ(http.waiting(), 0U);
  advance(100ms);
  ledger.answer(true);
  claim({1}, {}, 1);
  EXPECT_EQ(http.waiting(), 1U);
}

TEST_F(SlowLedger, a_claim_that_was_under_way_while_its_row_was_settled_brings_nothing_new) {
  claim({1});
  answer(updated());
  const auto asks = courier().begin_claim();
  ledger.answer(true);
  give(asks, {1, 2});
  EXPECT_EQ(http.waiting(), 1U);
  EXPECT_EQ(answer(updated()), 2);
}

TEST_F(SlowLedger, nothing_more_is_taken_on_while_very_much_is_not_saved) {
  options.concurrency = Courier::most_unsettled;
  std::vector<std::int64_t> payments(Courier::most_unsettled);
  std::iota(payments.begin(), payments.end(), 1);
  claim(payments);
  for (auto& call : http.take_all()) call.done(updated());
  EXPECT_TRUE(claim({}).empty());
  pay(99'999);
  EXPECT_EQ(http.waiting(), 0U);
  ledger.answer(true);
  EXPECT_FALSE(claim({}).empty());
}

}  // namespace
}  // namespace pay
