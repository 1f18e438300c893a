// Who looks an open attempt up: what is due is given to one instance at a time, the longest due first, until
// it is settled or the claim is over.
#include <gmock/gmock.h>

#include <mutex>
#include <set>
#include <thread>

#include "attempt_samples.hpp"
#include "database.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// Later than every birth in these tests, earlier than whatever waits for an hour.
constexpr auto a_while = 10min;

class AttemptClaims : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    if (store_) attempts_ = store_->open_attempts();
  }
  std::vector<ClaimedAttempt> claim(std::size_t limit, std::chrono::milliseconds lease = 1h,
                                    const std::string& provider = "stripe") {
    const std::vector<AttemptStore::Ask> asks{{.provider = provider, .limit = limit}};
    return attempts_->claim(asks, lease, now_);
  }
  /// Until something is due; fails when nothing is for long.
  std::vector<ClaimedAttempt> claim_eventually() {
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < give_up) {
      if (auto claimed = claim(10); !claimed.empty()) return claimed;
      std::this_thread::sleep_for(5ms);
      now_ += 5ms;
    }
    ADD_FAILURE() << "nothing became due";
    return {};
  }
  [[nodiscard]] AttemptSettlement still_unknown(const Attempt& attempt,
                                                std::chrono::milliseconds due_in) const {
    return {.id = attempt.id, .outcome = AttemptOutcome::unknown, .tries = 1, .due_in = due_in, .at = now_};
  }

  std::unique_ptr<AttemptStore> attempts_;
  Timestamp now_ = at(0) + a_while;
};

TEST_P(AttemptClaims, nothing_is_due_where_nothing_was_asked) {
  EXPECT_THAT(claim(10), IsEmpty());
  EXPECT_THAT(attempts_->claim({}, 1h, now_), IsEmpty());
  EXPECT_THAT(attempts_->list_providers(), IsEmpty());
  attempts_->recover(now_);
  EXPECT_THAT(claim(10), IsEmpty());
}

TEST_P(AttemptClaims, bring_the_attempt_and_its_payment) {
  auto attempt = ask_for_one(*writer_);
  const auto claimed = claim(10);
  ASSERT_EQ(claimed.size(), 1U);
  // Who had it before has it no longer; where a lease is remembered beside the row, the row does not say so.
  attempt.call->being_asked = claimed[0].attempt.call->being_asked;
  EXPECT_EQ(without_time(claimed[0].attempt), without_time(attempt));
  EXPECT_EQ(claimed[0].payment, reader_->find_payments(std::vector{attempt.payment_id}).at(0));
}

TEST_P(AttemptClaims, are_not_given_again_while_they_last) {
  ask_for_many(*writer_, 5, [](Attempt&) {});
  EXPECT_EQ(claim(3).size(), 3U);
  EXPECT_EQ(claim(3).size(), 2U);
  EXPECT_THAT(claim(3), IsEmpty());
}

TEST_P(AttemptClaims, that_are_over_are_given_again) {
  ask_for_one(*writer_);
  EXPECT_THAT(ids_of(claim(10, 30ms)), ElementsAre(1));
  EXPECT_THAT(ids_of(claim_eventually()), ElementsAre(1));
}

TEST_P(AttemptClaims, begin_with_the_longest_due) {
  ask_for_one(*writer_, -1s);
  ask_for_one(*writer_, -3s);
  ask_for_one(*writer_, -2s);
  EXPECT_THAT(ids_of(claim(2)), ElementsAre(2, 3));
  EXPECT_THAT(ids_of(claim(2)), ElementsAre(1));
}

TEST_P(AttemptClaims, leave_what_is_not_due_to_whoever_asked) {
  ask_for_one(*writer_, 1h);
  EXPECT_THAT(claim(10), IsEmpty());
}

TEST_P(AttemptClaims, give_each_provider_its_own_share) {
  for (int i = 0; i < 3; ++i) ask_for_one(*writer_, {}, "stripe");
  for (int i = 0; i < 3; ++i) ask_for_one(*writer_, {}, "paypal");
  ask_for_one(*writer_, {}, "a'b");
  const std::vector<AttemptStore::Ask> asks{{.provider = "paypal", .limit = 2},
                                            {.provider = "stripe", .limit = 9},
                                            {.provider = "a'b", .limit = 0}};
  EXPECT_THAT(ids_of(attempts_->claim(asks, 1h, now_)), UnorderedElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(ids_of(claim(9, 1h, "a'b")), ElementsAre(7));
  EXPECT_THAT(claim(9, 1h, "pay"), IsEmpty());
  EXPECT_THAT(attempts_->list_providers(), ElementsAre("a'b", "paypal", "stripe"));
}

TEST_P(AttemptClaims, end_with_a_settlement_and_its_time) {
  const auto soon = ask_for_one(*writer_);
  const auto late = ask_for_one(*writer_);
  const auto done = ask_for_one(*writer_);
  const auto lost = ask_for_one(*writer_);
  ASSERT_EQ(claim(10).size(), 4U);
  settle(*writer_,
         {still_unknown(soon, 20ms),
          still_unknown(late, 1h),
          {.id = done.id, .outcome = AttemptOutcome::succeeded, .finished_at = now_, .at = now_},
          {.id = lost.id, .outcome = AttemptOutcome::unknown, .needs_attention = true, .at = now_}});
  const auto again = claim_eventually();
  EXPECT_THAT(ids_of(again), ElementsAre(soon.id.value));
  EXPECT_EQ(again.at(0).attempt.call->tries, 1);
  now_ += 30min;
  EXPECT_THAT(claim(10), IsEmpty()) << "one is for later, one is done, one is an operator's";
}

TEST_P(AttemptClaims, are_brought_forward_by_a_hint) {
  const auto attempt = ask_for_one(*writer_, 1h);
  EXPECT_THAT(claim(10), IsEmpty());
  settle(*writer_, {{.id = attempt.id, .due_in = 0ms, .at = now_ - 1ms}});
  EXPECT_THAT(ids_of(claim(10)), ElementsAre(attempt.id.value));
  settle(*writer_, {{.id = attempt.id, .due_in = 0ms, .at = now_ - 1ms}});
  EXPECT_THAT(ids_of(claim(10)), ElementsAre(attempt.id.value))
      << "whoever looks now may have looked too soon";
}

TEST_P(AttemptClaims, of_one_that_somebody_goes_to_ask_about_wait_for_him) {
  const auto attempt = ask_for_one(*writer_);
  settle(*writer_, {{.id = attempt.id, .due_in = 1h, .at = now_}});
  EXPECT_THAT(claim(10), IsEmpty());
}

TEST_P(AttemptClaims, may_be_a_thousand_at_once) {
  ask_for_many(*writer_, 1300, [](Attempt&) {});
  EXPECT_EQ(claim(1200).size(), 1200U);
  EXPECT_EQ(claim(1200).size(), 100U);
}

TEST_P(AttemptClaims, after_a_crash_begin_at_once_where_nobody_else_can_be_at_work) {
  if (GetParam() != Implementation::sqlite) GTEST_SKIP() << "there, others may be: leases tell";
  const auto asked = ask_for_one(*writer_, 1h);
  const auto waits = ask_for_one(*writer_, 2h);
  const auto lost = ask_for_one(*writer_);
  const auto done = ask_for_one(*writer_, 1h);
  settle(*writer_, {{.id = waits.id, .due_in = 2h, .at = now_},
                    {.id = lost.id, .needs_attention = true, .at = now_},
                    {.id = done.id, .outcome = AttemptOutcome::succeeded, .finished_at = now_, .at = now_}});
  attempts_ = store_->open_attempts();
  attempts_->recover(now_);
  const auto claimed = claim(9);
  EXPECT_THAT(ids_of(claimed), UnorderedElementsAre(asked.id.value, waits.id.value));
  for (const auto& one : claimed) EXPECT_FALSE(one.attempt.call->being_asked) << one.attempt.id.value;
  EXPECT_FALSE(load_open(*writer_, {asked.payment_id}).at(0).call->being_asked);
  EXPECT_FALSE(reader_->find_attempt(lost.id)->call->due_at) << "an operator's stays his";
  ask_for_one(*writer_, 1h);
  EXPECT_THAT(claim(9), IsEmpty()) << "what is begun since belongs to whoever asks";
}

TEST_P(AttemptClaims, of_what_was_asked_about_for_too_long_find_nobody_asking) {
  const auto attempt = ask_for_one(*writer_, 1h);
  settle(*writer_, {{.id = attempt.id, .tries = 1, .being_asked = true, .due_in = 0ms, .at = now_ - 1ms}});
  EXPECT_TRUE(load_open(*writer_, {attempt.payment_id}).at(0).call->being_asked);
  const auto claimed = claim_eventually();
  ASSERT_EQ(ids_of(claimed), std::vector{attempt.id.value});
  if (GetParam() == Implementation::sqlite) return;  // there it says so until its time, which is over
  EXPECT_FALSE(claimed.at(0).attempt.call->being_asked);
  EXPECT_FALSE(load_open(*writer_, {attempt.payment_id}).at(0).call->being_asked);
}

TEST_P(AttemptClaims, of_what_is_asked_about_meanwhile_show_who_does) {
  const auto attempt = ask_for_one(*writer_);
  ASSERT_EQ(claim(1).size(), 1U);
  settle(*writer_, {{.id = attempt.id, .tries = 1, .being_asked = true, .due_in = 1h, .at = now_}});
  EXPECT_TRUE(load_open(*writer_, {attempt.payment_id}).at(0).call->being_asked);
  EXPECT_THAT(claim(1), IsEmpty());
  settle(*writer_, {still_unknown(attempt, 1h)});
  EXPECT_FALSE(load_open(*writer_, {attempt.payment_id}).at(0).call->being_asked);
}

INSTANTIATE_TEST_SUITE_P(On, AttemptClaims, every_store, name_of_run);

// ---- several instances ----

TEST_P(MysqlContract, two_that_repair_never_both_get_an_attempt) {
  const auto store = database_->open();
  ask_for_many(*store->open_writer(), 1500, [](Attempt&) {});
  std::mutex mutex;
  std::set<std::int64_t> claimed;
  const auto work = [&] {
    const auto attempts = store->open_attempts();
    const std::vector<AttemptStore::Ask> asks{{.provider = "stripe", .limit = 64}};
    const auto give_up = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < give_up) {
      const auto mine = attempts->claim(asks, 1h, {});
      const std::lock_guard lock(mutex);
      for (const auto id : ids_of(mine)) EXPECT_TRUE(claimed.insert(id).second) << id << " was given twice";
      if (claimed.size() == 1500) return;
    }
    ADD_FAILURE() << "not all were given";
  };
  {
    const std::jthread second(work);
    const std::jthread third(work);
    work();
  }
  EXPECT_EQ(claimed.size(), 1500U);
}

TEST_P(MysqlContract, repairs_race_with_settlements_and_every_attempt_ends_once) {
  const auto store = database_->open();
  constexpr int rows = 600;
  ask_for_many(*store->open_writer(), rows, [](Attempt&) {});
  std::mutex mutex;
  std::set<std::int64_t> settled_ids;
  const auto work = [&] {
    const auto attempts = store->open_attempts();
    const auto writer = store->open_writer();
    const std::vector<AttemptStore::Ask> asks{{.provider = "stripe", .limit = 16}};
    const auto give_up = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < give_up) {
      std::vector<AttemptSettlement> settlements;
      for (const auto& one : attempts->claim(asks, 1h, {})) {
        settlements.push_back(
            {.id = one.attempt.id, .outcome = AttemptOutcome::succeeded, .finished_at = at(9), .tries = 1});
      }
      for (bool saved = settlements.empty(); !saved;) {
        try {
          settle(*writer, settlements);
          saved = true;
        } catch (const StoreConflict&) {
          continue;
        }
      }
      const std::lock_guard lock(mutex);
      for (const auto& one : settlements) EXPECT_TRUE(settled_ids.insert(one.id.value).second);
      if (settled_ids.size() == rows) return;
    }
    ADD_FAILURE() << "not all were settled";
  };
  {
    const std::jthread other(work);
    work();
  }
  EXPECT_EQ(database_->ask("SELECT COUNT(*) FROM attempts a JOIN provider_calls c ON c.attempt_id = a.id "
                           "WHERE a.outcome = 'succeeded' AND c.is_open = 0 AND c.claimed_by = ''"),
            std::to_string(rows));
}

TEST_P(MysqlContract, an_attempt_is_due_by_the_clock_of_the_database) {
  const auto store = database_->open();
  const auto attempts = store->open_attempts();
  ask_for_one(*store->open_writer(), 1h);
  const std::vector<AttemptStore::Ask> asks{{.provider = "stripe", .limit = 5}};
  EXPECT_THAT(attempts->claim(asks, 1h, at(0) + std::chrono::years{100}), IsEmpty());
  attempts->recover(at(0) + std::chrono::years{100});
  EXPECT_THAT(attempts->claim(asks, 1h, at(0) + std::chrono::years{100}), IsEmpty());
  database_->run("UPDATE provider_calls SET due_at = CAST(UNIX_TIMESTAMP() * 1000000 AS SIGNED) - 1");
  EXPECT_EQ(attempts->claim(asks, 1h, at(0) - std::chrono::years{100}).size(), 1U);
}

TEST_P(MysqlContract, a_repair_whose_connection_was_cut_while_idle_goes_on) {
  const auto store = database_->open();
  const auto writer = store->open_writer();
  const auto attempts = store->open_attempts();
  const std::vector<AttemptStore::Ask> asks{{.provider = "stripe", .limit = 5}};
  EXPECT_THAT(attempts->claim(asks, 1h, {}), IsEmpty());
  ask_for_many(*writer, 2, [](Attempt&) {});
  database_->kill_connections();
  EXPECT_EQ(attempts->claim(asks, 1h, {}).size(), 2U);
}

TEST_P(MysqlContract, an_open_attempt_is_loaded_as_the_other_writer_left_it) {
  const auto store = database_->open();
  const auto here = store->open_writer();
  const auto there = store->open_writer();
  const auto attempt = ask_for_one(*here);
  const Wanted wanted{.payments = {attempt.payment_id}, .open_attempts_of = {attempt.payment_id}};
  there->load(wanted);
  there->roll_back();
  here->load(wanted);
  Changes changes;
  changes.attempt_settlements = {{.id = attempt.id, .tries = 3, .due_in = 1h}};
  std::optional<Loaded> seen;
  {
    const std::jthread waiting([&] { seen = there->load(wanted); });
    here->save(changes);
  }
  ASSERT_EQ(seen->attempts.size(), 1U);
  EXPECT_EQ(seen->attempts[0].call->tries, 3);
  there->roll_back();
}

}  // namespace
}  // namespace pay::test
