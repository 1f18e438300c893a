// The reading half of the store port: lists and pages never skip or repeat a row, and look at a bounded
// number.
#include <gmock/gmock.h>

#include <random>

#include "database.hpp"
#include "samples.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// All ids of a list, page by page; `between` runs after each page.
template <class Between>
std::vector<std::int64_t> read_all(ReadStore& reader, const PaymentFilter& filter, std::size_t limit,
                                   Between between) {
  std::vector<std::int64_t> ids;
  std::int64_t before = newest;
  while (true) {
    const auto slice = reader.list_payments(filter, before, limit);
    EXPECT_LE(slice.rows.size(), limit);
    for (const auto id : ids_of(slice.rows)) ids.push_back(id);
    if (!slice.has_more) return ids;
    EXPECT_LT(slice.next, before) << "paging goes on";
    before = slice.next;
    between();
  }
}
std::vector<std::int64_t> read_all(ReadStore& reader, const PaymentFilter& filter, std::size_t limit) {
  return read_all(reader, filter, limit, [] {});
}

TEST_P(StoreContract, unknown_ids_are_left_out) {
  const auto payment = create(*writer_);
  EXPECT_THAT(reader_->find_payments(std::vector<PaymentId>{{99}, payment.id, {max_id}}),
              ElementsAre(payment));
  EXPECT_THAT(reader_->find_payments({}), IsEmpty());
}

TEST_P(StoreContract, a_thousand_payments_are_found_at_once) {
  const auto born = create_many(*writer_, 1200, [](Payment&) {});
  std::vector<PaymentId> ids;
  for (const auto& payment : born) ids.push_back(payment.id);
  EXPECT_EQ(reader_->find_payments(ids).size(), 1200U);
}

TEST_P(StoreContract, a_list_is_newest_first_and_goes_on_where_it_stopped) {
  create_many(*writer_, 5, [](Payment&) {});
  const auto first = reader_->list_payments({}, newest, 2);
  EXPECT_THAT(ids_of(first.rows), ElementsAre(5, 4));
  ASSERT_TRUE(first.has_more);
  const auto rest = reader_->list_payments({}, first.next, 3);
  EXPECT_THAT(ids_of(rest.rows), ElementsAre(3, 2, 1));
  EXPECT_FALSE(rest.has_more);
}

TEST_P(StoreContract, a_list_of_nothing_is_empty) {
  const auto slice = reader_->list_payments({.order_id = OrderId{3}}, newest, 20);
  EXPECT_THAT(slice.rows, IsEmpty());
  EXPECT_FALSE(slice.has_more);
}

TEST_P(StoreContract, each_filter_shows_what_fits_and_nothing_else) {
  create_many(*writer_, 60, [](Payment& payment) {
    const auto n = payment.id.value;
    payment.order_id = {n % 2 + 1};
    payment.user_id = {n % 3 + 1};
    payment.client = n % 5 == 0 ? "shop" : "";
    payment.status = n % 4 == 0 ? Status::canceled : Status::pending;
    payment.created_at = at(n);
  });
  struct Case {
    PaymentFilter filter;
    std::function<bool(std::int64_t)> fits;
  };
  const std::vector<Case> cases = {
      {{.order_id = OrderId{1}}, [](auto n) { return n % 2 == 0; }},
      {{.user_id = UserId{2}}, [](auto n) { return n % 3 == 1; }},
      {{.status = Status::canceled}, [](auto n) { return n % 4 == 0; }},
      {{.client = "shop"}, [](auto n) { return n % 5 == 0; }},
      {{.client = ""}, [](auto n) { return n % 5 != 0; }},
      {{.client = "SHOP"}, [](auto) { return false; }},
      {{.created_from = at(10)}, [](auto n) { return n >= 10; }},
      {{.created_to = at(10)}, [](auto n) { return n < 10; }},
      {{.created_from = at(10), .created_to = at(20)}, [](auto n) { return n >= 10 && n < 20; }},
      {{.order_id = OrderId{1}, .user_id = UserId{2}}, [](auto n) { return n % 2 == 0 && n % 3 == 1; }},
      {{.order_id = OrderId{2}, .status = Status::pending}, [](auto n) { return n % 2 == 1 && n % 4 != 0; }},
      {{.user_id = UserId{1}, .client = "shop"}, [](auto n) { return n % 3 == 0 && n % 5 == 0; }},
      {{.status = Status::paid}, [](auto) { return false; }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::vector<std::int64_t> expected;
    for (std::int64_t n = 60; n >= 1; --n) {
      if (cases[i].fits(n)) expected.push_back(n);
    }
    for (const std::size_t limit : {1U, 7U, 100U}) {
      EXPECT_EQ(read_all(*reader_, cases[i].filter, limit), expected) << "case " << i << ", limit " << limit;
    }
  }
}

TEST_P(StoreContract, a_rare_row_is_found_in_slices_that_look_at_a_bounded_number) {
  create_many(*writer_, 3500, [](Payment& payment) {
    payment.status = payment.id.value == 2 ? Status::paid : Status::pending;
  });
  int slices = 1;
  EXPECT_THAT(read_all(*reader_, {.status = Status::paid}, 20, [&] { ++slices; }), ElementsAre(2));
  EXPECT_GE(slices, 4);
  EXPECT_LE(slices, 5);
}

TEST_P(StoreContract, paging_sees_what_was_there_exactly_once_while_more_is_created) {
  create_many(*writer_, 2300, [](Payment& payment) { payment.order_id = {payment.id.value % 3}; });
  const auto expected = read_all(*reader_, {}, 5000);
  ASSERT_EQ(expected.size(), 2300U);
  const auto with_more = read_all(*reader_, {}, 100, [&] { create(*writer_); });
  EXPECT_EQ(with_more, expected);
}

TEST_P(StoreContract, a_reader_sees_a_commit_at_once) {
  for (int i = 0; i < 50; ++i) {
    const auto payment = create(*writer_);
    ASSERT_THAT(reader_->find_payments(std::vector{payment.id}), ElementsAre(payment));
  }
}

// ---- what belongs to one payment ----

TEST_P(StoreContract, events_are_told_oldest_first_with_the_payment_as_it_was) {
  auto payment = create(*writer_, [](Payment& each) { each.metadata = {{"a", "b"}}; });
  const auto born = payment;
  payment = change(*writer_, declined(payment), EventType::declined);
  const auto refused = payment;
  writer_->load({.payments = {payment.id}});
  payment = canceled(payment);
  auto changes = change_to(payment, EventType::canceled);
  changes.events[0].reason = "changed 'my' mind";
  writer_->save(changes);

  const auto all = reader_->list_events(payment.id, 0, 10);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->rows.size(), 3U);
  EXPECT_FALSE(all->has_more);
  EXPECT_EQ(all->rows[0].after, born);
  EXPECT_EQ(all->rows[1].after, refused);
  EXPECT_EQ(all->rows[2].after, payment);
  EXPECT_EQ(all->rows[2].reason, "changed 'my' mind");
  EXPECT_EQ(all->rows[2].type, EventType::canceled);

  const auto page = reader_->list_events(payment.id, 0, 2);
  ASSERT_TRUE(page->has_more);
  EXPECT_EQ(page->next, 2);
  EXPECT_EQ(reader_->list_events(payment.id, page->next, 2)->rows.size(), 1U);
  EXPECT_THAT(reader_->list_events(payment.id, 3, 2)->rows, IsEmpty());
  EXPECT_FALSE(reader_->list_events({99}, 0, 2));
}

TEST_P(StoreContract, attempts_and_refunds_come_back_as_they_were_saved) {
  auto payment = paid(create(*writer_, [](Payment& each) { each.currency = *Currency::find("JPY"); }));
  writer_->load({.payments = {payment.id}, .new_refunds = 3, .new_attempts = 2});
  auto changes = change_to(payment, EventType::paid);
  changes.attempts = {{.id = writer_->next_attempt_id(),
                       .payment_id = payment.id,
                       .provider = "simulator",
                       .outcome = AttemptOutcome::declined,
                       .decline_code = "lost_card",
                       .created_at = at(1),
                       .finished_at = at(2)},
                      {.id = writer_->next_attempt_id(),
                       .payment_id = payment.id,
                       .provider = "simulator",
                       .outcome = AttemptOutcome::pending,
                       .decline_code = {},
                       .created_at = at(3),
                       .finished_at = {}}};
  int time = 4;
  for (const auto status : {RefundStatus::succeeded, RefundStatus::pending, RefundStatus::failed}) {
    changes.refunds.push_back({.id = writer_->next_refund_id(),
                               .payment_id = payment.id,
                               .amount_minor = 10,
                               .status = status,
                               .reason = "broken, 'really'",
                               .created_at = at(time++)});
  }
  writer_->save(changes);

  EXPECT_EQ(reader_->list_attempts(payment.id, 0, 5)->rows, changes.attempts);
  const auto first = reader_->list_attempts(payment.id, 0, 1);
  ASSERT_TRUE(first->has_more);
  EXPECT_THAT(reader_->list_attempts(payment.id, first->next, 5)->rows, ElementsAre(changes.attempts[1]));
  const auto refunds = reader_->list_refunds(payment.id, 0, 2);
  EXPECT_EQ(refunds->currency.code(), "JPY");
  EXPECT_THAT(refunds->slice.rows, ElementsAre(changes.refunds[0], changes.refunds[1]));
  ASSERT_TRUE(refunds->slice.has_more);
  EXPECT_THAT(reader_->list_refunds(payment.id, refunds->slice.next, 2)->slice.rows,
              ElementsAre(changes.refunds[2]));
}

TEST_P(StoreContract, a_payment_without_any_is_told_from_no_payment) {
  const auto payment = create(*writer_, [](Payment& each) { each.currency = *Currency::find("JPY"); });
  EXPECT_THAT(reader_->list_attempts(payment.id, 0, 5)->rows, IsEmpty());
  EXPECT_THAT(reader_->list_refunds(payment.id, 0, 5)->slice.rows, IsEmpty());
  EXPECT_EQ(reader_->list_refunds(payment.id, 0, 5)->currency.code(), "JPY");
  EXPECT_FALSE(reader_->list_attempts({99}, 0, 5));
  EXPECT_FALSE(reader_->list_refunds({99}, 0, 5));
}

TEST_P(StoreContract, what_has_expired_is_listed_the_longest_first) {
  create_many(*writer_, 6, [](Payment& payment) {
    if (payment.id.value != 3) payment.expires_at = at(100 - payment.id.value);
  });
  const auto expiry = [](std::int64_t id) { return Expired{.at = at(100 - id), .payment = {id}}; };
  EXPECT_THAT(reader_->list_expired(at(98), {}, 10), ElementsAre(expiry(6), expiry(5), expiry(4), expiry(2)));
  EXPECT_THAT(reader_->list_expired(at(98), {}, 2), ElementsAre(expiry(6), expiry(5)));
  EXPECT_THAT(reader_->list_expired(at(98), expiry(5), 2), ElementsAre(expiry(4), expiry(2)));
  EXPECT_THAT(reader_->list_expired(at(98), expiry(2), 2), IsEmpty());
  EXPECT_THAT(reader_->list_expired(at(0), {}, 2), IsEmpty());
}

TEST_P(StoreContract, what_has_expired_at_one_moment_is_paged_by_payment) {
  create_many(*writer_, 5, [](Payment& payment) { payment.expires_at = at(payment.id.value < 5 ? 7 : 8); });
  std::vector<Expired> seen;
  for (auto page = reader_->list_expired(at(9), {}, 2); !page.empty();
       page = reader_->list_expired(at(9), seen.back(), 2))
    seen.insert(seen.end(), page.begin(), page.end());
  EXPECT_THAT(seen, ElementsAre(Expired{at(7), {1}}, Expired{at(7), {2}}, Expired{at(7), {3}},
                                Expired{at(7), {4}}, Expired{at(8), {5}}));
}

TEST_P(StoreContract, a_database_that_is_there_answers_a_ping) {
  EXPECT_NO_THROW(reader_->ping());
}

// ---- verify ----

TEST_P(StoreContract, a_snapshot_does_not_see_what_comes_later) {
  const auto first = create(*writer_);
  reader_->begin_snapshot();
  change(*writer_, paid(first), EventType::paid);
  create(*writer_);
  EXPECT_THAT(reader_->scan_payments({0}, 10), ElementsAre(first));
  EXPECT_EQ(reader_->scan_events({1}, {max_id}).size(), 1U);
  reader_->end_snapshot();
  reader_->begin_snapshot();
  EXPECT_EQ(reader_->scan_payments({0}, 10).size(), 2U);
  EXPECT_EQ(reader_->scan_payments({1}, 10).size(), 1U);
  EXPECT_EQ(reader_->scan_events({1}, {max_id}).size(), 3U);
  EXPECT_EQ(reader_->scan_events({2}, {2}).size(), 1U);
  reader_->end_snapshot();
}

TEST_P(StoreContract, a_scanned_event_says_only_what_it_keeps_itself) {
  auto payment = create(*writer_, [](Payment& each) {
    each.order_id = {12};
    each.currency = *Currency::find("JPY");
    each.description = "not kept by events";
  });
  change(*writer_, paid(payment), EventType::paid);
  const auto events = reader_->scan_events({1}, {max_id});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].type, EventType::created);
  EXPECT_EQ(events[0].after.order_id, OrderId{12});
  EXPECT_EQ(events[0].after.user_id, UserId{7});
  EXPECT_EQ(events[0].after.amount_minor, 5950);
  EXPECT_EQ(events[0].after.currency.code(), "JPY");
  EXPECT_EQ(events[0].after.updated_at, payment.created_at);
  EXPECT_EQ(events[1].after.version, 2);
  EXPECT_EQ(events[1].after.status, Status::paid);
  EXPECT_EQ(events[1].after.captured_minor, 5950);
  EXPECT_EQ(events[1].after.method, paid(payment).method);
}

TEST_P(StoreContract, keys_are_scanned_in_the_order_of_their_bytes) {
  const auto payment = create(*writer_);
  Changes changes;
  for (const char* client : {"b", "", "B"}) {
    for (const char* key : {"z", "a", "A"}) changes.keys.push_back(key_about(payment, key, client));
  }
  writer_->load({});
  writer_->save(changes);
  std::ranges::sort(changes.keys, {}, &KeyRecord::key);
  std::vector<KeyRecord> scanned;
  for (IdempotencyKey after;;) {
    const auto page = reader_->scan_keys(after, 2);
    if (page.empty()) break;
    scanned.insert(scanned.end(), page.begin(), page.end());
    after = page.back().key;
  }
  EXPECT_EQ(scanned, changes.keys);
}

TEST_P(StoreContract, rows_without_their_payment_are_counted) {
  const auto payment = create(*writer_);
  EXPECT_EQ(reader_->count_orphans(), 0U);
  writer_->load({.new_refunds = 1, .new_attempts = 1});
  Changes changes;
  const auto ghost = new_payment({99});
  changes.events = {{.type = EventType::created, .after = ghost}};
  changes.attempts = {{.id = writer_->next_attempt_id(),
                       .payment_id = ghost.id,
                       .provider = "simulator",
                       .decline_code = {},
                       .created_at = at(1),
                       .finished_at = {}}};
  changes.refunds = {
      {.id = writer_->next_refund_id(), .payment_id = ghost.id, .reason = {}, .created_at = at(1)}};
  writer_->save(changes);
  EXPECT_EQ(reader_->count_orphans(), 3U);
  EXPECT_EQ(reader_->scan_attempts({1}, {max_id}), changes.attempts);
  EXPECT_EQ(reader_->scan_refunds({1}, {max_id}), changes.refunds);
  EXPECT_THAT(reader_->scan_refunds({1}, payment.id), IsEmpty());
}

}  // namespace
}  // namespace pay::test
