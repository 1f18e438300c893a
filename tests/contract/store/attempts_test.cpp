// What is asked of providers with outside effects: it comes back as it was written, is settled once, and is
// found again. And what hangs on it: custody, next actions and refunds.
#include <gmock/gmock.h>

#include "attempt_samples.hpp"
#include "database.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Attempt full_attempt(AttemptId id, PaymentId payment) {
  auto attempt = asked(id, payment, 15s);
  attempt.kind = AttemptKind::refund;
  attempt.call = ProviderCall{.amount_minor = 1234,
                              .source = {.kind = KeptSource::Kind::wallet,
                                         .wallet = WalletName::google_pay,
                                         .token = R"({"it's":"\"signed\""})"},
                              .about = "pi_1",
                              .reference = "re_1",
                              .return_url = "https://shop.example/back?a='b'",
                              .refund = {7},
                              .reason = "broken, 'really', é",
                              .waiting = IdempotencyKey{.client = "shop", .key = "k'1"},
                              .tries = 3,
                              .last_error = "time-out",
                              .needs_attention = true,
                              .being_asked = true,
                              .due_at = attempt.call->due_at};
  return attempt;
}

TEST_P(StoreContract, what_is_asked_of_a_provider_comes_back_as_it_was_written) {
  const auto payment = create(*writer_);
  writer_->load({.payments = {payment.id}, .new_attempts = 3});
  Changes changes;
  changes.attempts.push_back(full_attempt(writer_->next_attempt_id(), payment.id));
  auto bare = asked(writer_->next_attempt_id(), payment.id);
  bare.kind = AttemptKind::void_authorization;
  bare.outcome = AttemptOutcome::unknown;
  bare.call = ProviderCall{};
  changes.attempts.push_back(bare);
  auto typed = asked(writer_->next_attempt_id(), payment.id);
  typed.call->source = {.kind = KeptSource::Kind::raw_card};
  changes.attempts.push_back(typed);
  writer_->save(changes);

  const auto expected = without_time(changes.attempts);
  EXPECT_EQ(without_time(reader_->list_attempts(payment.id, 0, 9)->rows), expected);
  EXPECT_EQ(without_time(reader_->list_all_attempts({}, newest, 9).rows),
            (std::vector{expected[2], expected[1], expected[0]}));
  EXPECT_EQ(without_time(reader_->scan_attempts({1}, {max_id})), expected);
  EXPECT_EQ(without_time(reader_->find_attempt(expected[0].id).value()), expected[0]);
  EXPECT_FALSE(reader_->find_attempt({99}));
  EXPECT_EQ(load_open(*writer_, {payment.id}), expected);
}

TEST_P(StoreContract, only_what_is_open_is_loaded_and_only_of_the_payments_that_are_wanted) {
  const auto first = ask_for_one(*writer_);
  const auto second = ask_for_one(*writer_);
  const auto third = ask_for_one(*writer_);
  settle(*writer_,
         {{.id = second.id, .outcome = AttemptOutcome::succeeded, .finished_at = at(1), .at = at(1)}});
  EXPECT_THAT(load_open(*writer_, {first.payment_id, second.payment_id}), ElementsAre(without_time(first)));
  EXPECT_THAT(load_open(*writer_, {third.payment_id}), ElementsAre(without_time(third)));
  EXPECT_THAT(writer_->load({.payments = {first.payment_id}}).attempts, IsEmpty());
  writer_->roll_back();
}

TEST_P(StoreContract, an_attempt_that_nobody_knows_the_outcome_of_stays_open) {
  const auto attempt = ask_for_one(*writer_);
  const std::vector<AttemptSettlement> settlements = {
      {.id = attempt.id, .reference = "pi_1", .tries = 1, .being_asked = true, .due_in = 2s, .at = at(1)},
      {.id = attempt.id,
       .outcome = AttemptOutcome::unknown,
       .tries = 2,
       .last_error = "reset\nby 'peer'",
       .due_in = 10s,
       .at = at(2)},
      {.id = attempt.id,
       .outcome = AttemptOutcome::unknown,
       .tries = 3,
       .last_error = "still not",
       .needs_attention = true,
       .at = at(3)}};
  auto expected = attempt;
  for (const auto& settlement : settlements) {
    settle(*writer_, {settlement});
    expected = settled(expected, settlement);
    if (settlement.tries == 2) expected.call->last_error = "reset?by 'peer'";
    if (!settlement.due_in) expected.call->due_at.reset();
    EXPECT_THAT(load_open(*writer_, {attempt.payment_id}), ElementsAre(without_time(expected)));
  }
  EXPECT_EQ(reader_->find_attempt(attempt.id)->call->reference, "pi_1");
  EXPECT_FALSE(reader_->find_attempt(attempt.id)->call->due_at);
}

TEST_P(StoreContract, a_final_outcome_is_never_changed) {
  for (const auto outcome :
       {AttemptOutcome::succeeded, AttemptOutcome::declined, AttemptOutcome::not_executed}) {
    const auto attempt = ask_for_one(*writer_);
    const AttemptSettlement last{.id = attempt.id,
                                 .outcome = outcome,
                                 .decline_code = outcome == AttemptOutcome::declined ? "lost_card" : "",
                                 .finished_at = at(9),
                                 .reference = "pi_9",
                                 .tries = 4,
                                 .due_in = 1h,
                                 .at = at(9)};
    settle(*writer_, {last});
    auto expected = settled(attempt, last);
    expected.call->due_at.reset();
    EXPECT_EQ(reader_->find_attempt(attempt.id), expected);
    settle(*writer_, {{.id = attempt.id, .tries = 5, .due_in = 1s, .at = at(10)},
                      {.id = attempt.id,
                       .outcome = AttemptOutcome::succeeded,
                       .finished_at = at(11),
                       .reference = "other",
                       .at = at(11)}});
    EXPECT_EQ(reader_->find_attempt(attempt.id), expected);
  }
}

TEST_P(StoreContract, what_was_known_at_once_is_not_settled) {
  const auto payment = create(*writer_);
  writer_->load({.new_attempts = 1});
  Changes changes;
  changes.attempts = {asked(writer_->next_attempt_id(), payment.id)};
  changes.attempts[0].outcome = AttemptOutcome::declined;
  changes.attempts[0].decline_code = "lost_card";
  changes.attempts[0].finished_at = at(2);
  changes.attempts[0].call.reset();
  writer_->save(changes);
  settle(*writer_,
         {{.id = changes.attempts[0].id, .outcome = AttemptOutcome::succeeded, .finished_at = at(3)}});
  EXPECT_EQ(reader_->find_attempt(changes.attempts[0].id), changes.attempts[0]);
  EXPECT_THAT(load_open(*writer_, {payment.id}), IsEmpty());
}

TEST_P(StoreContract, an_attempt_may_be_settled_in_the_batch_that_begins_it) {
  const auto payment = create(*writer_);
  writer_->load({.payments = {payment.id}, .new_attempts = 2});
  Changes changes;
  for (int i = 0; i < 2; ++i) changes.attempts.push_back(asked(writer_->next_attempt_id(), payment.id, 1h));
  const auto first = changes.attempts[0];
  const auto second = changes.attempts[1];
  changes.attempt_settlements = {
      {.id = second.id, .tries = 1, .due_in = 1s, .at = at(1)},
      {.id = first.id, .outcome = AttemptOutcome::not_executed, .finished_at = at(2), .at = at(2)},
      {.id = second.id, .outcome = AttemptOutcome::unknown, .tries = 2, .due_in = 0s, .at = at(3)}};
  writer_->save(changes);
  EXPECT_EQ(reader_->find_attempt(first.id)->outcome, AttemptOutcome::not_executed);
  const auto open = load_open(*writer_, {payment.id});
  ASSERT_THAT(open, SizeIs(1));
  EXPECT_EQ(open[0].id, second.id);
  EXPECT_EQ(open[0].call->tries, 2);
}

// ---- the payment ----

TEST_P(StoreContract, custody_changes_with_an_event_and_without) {
  auto payment = create(*writer_);
  EXPECT_FALSE(reader_->find_payments(std::vector{payment.id}).at(0).custody);
  payment = change(*writer_, processing(payment, asked({5}, payment.id)), EventType::processing);
  EXPECT_THAT(reader_->find_payments(std::vector{payment.id}), ElementsAre(payment));

  Changes quiet;
  payment.custody = Custody{.provider = "paypal", .reference = "8AB'1", .open = {}};
  quiet.updated = {payment};
  EXPECT_FALSE(quiet.empty());
  writer_->load({.payments = {payment.id}});
  writer_->save(quiet);
  EXPECT_THAT(reader_->find_payments(std::vector{payment.id}), ElementsAre(payment));
  EXPECT_THAT(writer_->load({.payments = {payment.id}}).payments, ElementsAre(payment));
  writer_->roll_back();
  EXPECT_THAT(reader_->list_events(payment.id, 0, 9)->rows, SizeIs(2));

  payment.custody.reset();
  quiet.updated = {payment};
  writer_->load({.payments = {payment.id}});
  writer_->save(quiet);
  EXPECT_THAT(reader_->list_payments({}, newest, 9).rows, ElementsAre(payment));
}

TEST_P(StoreContract, a_payment_is_born_in_custody_too) {
  const auto attempt = ask_for_one(*writer_);
  const auto payment = reader_->find_payments(std::vector{attempt.payment_id}).at(0);
  EXPECT_EQ(payment.custody, (Custody{.provider = "stripe", .reference = {}, .open = attempt.id}));
  EXPECT_EQ(payment.status, Status::processing);
}

TEST_P(StoreContract, what_a_payer_has_to_do_is_kept_with_the_event_and_goes_with_the_next) {
  auto payment = create(*writer_);
  payment.status = Status::requires_action;
  payment.next_action = NextAction{.url = "https://bank.example/3ds?x='é'", .expires_at = at(99)};
  ++payment.version;
  payment.updated_at = at(50);
  const auto first = change(*writer_, payment, EventType::requires_action);
  payment.next_action->expires_at.reset();
  ++payment.version;
  const auto second = change(*writer_, payment, EventType::requires_action);
  auto done = paid(payment);
  done.next_action.reset();
  done = change(*writer_, done, EventType::paid);
  EXPECT_THAT(reader_->find_payments(std::vector{payment.id}), ElementsAre(done));
  const auto events = reader_->list_events(payment.id, 1, 9)->rows;
  ASSERT_THAT(events, SizeIs(3));
  EXPECT_EQ(events[0].after, first);
  EXPECT_EQ(events[1].after, second);
  EXPECT_EQ(events[2].after, done);
  const auto scanned = reader_->scan_events(payment.id, payment.id);
  EXPECT_EQ(scanned.at(1).after.next_action, first.next_action);
  EXPECT_FALSE(scanned.at(3).after.next_action);
  EXPECT_FALSE(scanned.at(1).after.custody);
}

TEST_P(StoreContract, a_refund_that_waits_is_settled_once) {
  const auto payment = paid(create(*writer_));
  writer_->load({.payments = {payment.id}, .new_refunds = 2});
  Changes changes;
  for (int i = 0; i < 2; ++i) {
    changes.refunds.push_back({.id = writer_->next_refund_id(),
                               .payment_id = payment.id,
                               .amount_minor = 10,
                               .reason = {},
                               .created_at = at(i + 1)});
  }
  const auto first = changes.refunds[0].id;
  const auto second = changes.refunds[1].id;
  changes.refund_settlements = {{.id = second, .status = RefundStatus::failed}};
  writer_->save(changes);
  const auto status_of = [&](std::size_t place) {
    return reader_->list_refunds(payment.id, 0, 9)->slice.rows.at(place).status;
  };
  EXPECT_EQ(status_of(0), RefundStatus::pending);
  EXPECT_EQ(status_of(1), RefundStatus::failed);
  Changes later;
  later.attempt_settlements = {{.id = {99}}};
  later.refund_settlements = {{.id = first}, {.id = second}};
  writer_->load({});
  writer_->save(later);
  EXPECT_EQ(status_of(0), RefundStatus::succeeded);
  EXPECT_EQ(status_of(1), RefundStatus::failed);
}

// ---- lists ----

std::vector<std::int64_t> read_all(ReadStore& reader, const AttemptFilter& filter, std::size_t limit) {
  std::vector<std::int64_t> ids;
  for (std::int64_t before = newest;;) {
    const auto slice = reader.list_all_attempts(filter, before, limit);
    EXPECT_LE(slice.rows.size(), limit);
    for (const auto id : ids_of(slice.rows)) ids.push_back(id);
    if (!slice.has_more) return ids;
    EXPECT_LT(slice.next, before);
    before = slice.next;
  }
}

TEST_P(StoreContract, every_filter_of_attempts_finds_what_fits_it_page_by_page) {
  // The n-th attempt: every fifth declined, the others open; every third of a client, and at another
  // provider.
  writer_->load({.new_payments = 40, .new_attempts = 40});
  Changes changes;
  for (std::int64_t n = 1; n <= 40; ++n) {
    auto payment = new_payment(writer_->next_payment_id());
    if (n % 3 == 0) payment.client = "shop";
    changes.attempts.push_back(asked(writer_->next_attempt_id(), payment.id));
    auto& attempt = changes.attempts.back();
    if (n % 3 == 0) attempt.provider = "paypal";
    if (n % 2 == 0) attempt.outcome = AttemptOutcome::unknown;
    attempt.call->needs_attention = n % 4 == 0 && n % 5 != 0;
    if (n % 5 == 0) attempt.outcome = AttemptOutcome::declined;
    if (n % 10 == 0) attempt.call.reset();
    changes.created.push_back(payment);
    changes.events.push_back({.type = EventType::created, .after = payment});
  }
  writer_->save(changes);
  struct Case {
    AttemptFilter filter;
    bool (*fits)(std::int64_t);
  };
  const std::vector<Case> cases = {
      {{}, [](auto) { return true; }},
      {{.outcome = AttemptOutcome::unknown}, [](auto n) { return n % 2 == 0 && n % 5 != 0; }},
      {{.outcome = AttemptOutcome::pending}, [](auto n) { return n % 2 != 0 && n % 5 != 0; }},
      {{.outcome = AttemptOutcome::declined}, [](auto n) { return n % 5 == 0; }},
      {{.outcome = AttemptOutcome::succeeded}, [](auto) { return false; }},
      {{.provider = "paypal"}, [](auto n) { return n % 3 == 0; }},
      {{.needs_attention = true}, [](auto n) { return n % 4 == 0 && n % 5 != 0; }},
      {{.needs_attention = false}, [](auto n) { return n % 4 != 0 || n % 5 == 0; }},
      {{.client = "shop"}, [](auto n) { return n % 3 == 0; }},
      {{.client = ""}, [](auto n) { return n % 3 != 0; }},
      {{.outcome = AttemptOutcome::unknown, .provider = "paypal", .needs_attention = true, .client = "shop"},
       [](auto n) { return n % 12 == 0 && n % 5 != 0; }},
      {{.outcome = AttemptOutcome::declined, .needs_attention = true}, [](auto) { return false; }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::vector<std::int64_t> expected;
    for (std::int64_t n = 40; n >= 1; --n) {
      if (cases[i].fits(n)) expected.push_back(n);
    }
    for (const std::size_t limit : {1U, 7U, 100U}) {
      EXPECT_EQ(read_all(*reader_, cases[i].filter, limit), expected) << "case " << i << ", limit " << limit;
    }
  }
}

TEST_P(StoreContract, what_is_not_final_is_found_among_many_that_are) {
  const auto few = ask_for_many(*writer_, 3, [](Attempt& attempt) {
    attempt.outcome = AttemptOutcome::unknown;
    attempt.call->needs_attention = attempt.id.value == 2;
  });
  ask_for_many(*writer_, 2500, [](Attempt& attempt) { attempt.outcome = AttemptOutcome::succeeded; });
  const auto unknown = reader_->list_all_attempts({.outcome = AttemptOutcome::unknown}, newest, 20);
  EXPECT_THAT(ids_of(unknown.rows), ElementsAre(3, 2, 1));
  EXPECT_FALSE(unknown.has_more);
  EXPECT_THAT(ids_of(reader_->list_all_attempts({.needs_attention = true}, newest, 20).rows), ElementsAre(2));
  const auto declined = reader_->list_all_attempts({.outcome = AttemptOutcome::declined}, newest, 20);
  EXPECT_THAT(declined.rows, IsEmpty());
  EXPECT_TRUE(declined.has_more) << "a page looks at a bounded number of rows";
  EXPECT_THAT(read_all(*reader_, {.outcome = AttemptOutcome::declined}, 20), IsEmpty());
}

TEST_P(StoreContract, a_call_without_its_payment_is_counted) {
  ask_for_one(*writer_);
  EXPECT_EQ(reader_->count_orphans(), 0U);
  writer_->load({.new_attempts = 1});
  Changes changes;
  changes.attempts = {asked(writer_->next_attempt_id(), {99})};
  writer_->save(changes);
  EXPECT_EQ(reader_->count_orphans(), 2U) << "the attempt, and what was asked by it";
}

}  // namespace
}  // namespace pay::test
