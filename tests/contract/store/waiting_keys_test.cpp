// Keys that run until the outcome of an attempt is known: finished with their reply, or released.
#include <gmock/gmock.h>

#include "database.hpp"
#include "samples.hpp"

namespace pay::test {
namespace {

using namespace std::chrono_literals;

class WaitingKeys : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    if (store_) payment_ = create(*writer_);
  }
  KeyRecord running(std::string key) {
    auto record = key_about(*payment_, std::move(key), "shop");
    record.state = KeyState::running;
    return record;
  }
  void save(const Changes& changes) {
    writer_->load({});
    writer_->save(changes);
  }
  std::optional<KeyRecord> find(const KeyRecord& record) {
    const auto loaded = writer_->load({.keys = {record.key}});
    writer_->roll_back();
    return loaded.keys.empty() ? std::nullopt : std::optional(loaded.keys[0].record);
  }
  /// Nothing else is asked of a store to write these.
  static Changes with_settlement() {
    Changes changes;
    changes.attempt_settlements = {{.id = {99}}};
    return changes;
  }

  std::optional<Payment> payment_;
};

TEST_P(WaitingKeys, are_finished_with_their_reply_once) {
  auto born = with_settlement();
  born.keys = {running("k'1"), running("other")};
  save(born);
  EXPECT_EQ(find(born.keys[0]), born.keys[0]);
  auto end = with_settlement();
  end.finished_keys = {born.keys[0]};
  end.finished_keys[0].state = KeyState::done;
  end.finished_keys[0].outcome = "card_declined";
  end.finished_keys[0].sequence = 2;
  save(end);
  EXPECT_EQ(find(born.keys[0]), end.finished_keys[0]);
  EXPECT_EQ(find(born.keys[1]), born.keys[1]);
  auto again = end;
  again.finished_keys[0].outcome = "ok";
  again.released_keys = {born.keys[0].key};
  save(again);
  EXPECT_EQ(find(born.keys[0]), end.finished_keys[0]) << "one that is done stays as it is";
}

TEST_P(WaitingKeys, that_are_gone_stay_gone) {
  auto end = with_settlement();
  end.finished_keys = {running("k")};
  end.released_keys = {running("other").key};
  save(end);
  EXPECT_FALSE(find(end.finished_keys[0]));
}

TEST_P(WaitingKeys, that_are_released_may_be_taken_again_in_the_same_batch) {
  auto born = with_settlement();
  born.keys = {running("k"), running("l")};
  save(born);
  auto released = with_settlement();
  released.released_keys = {born.keys[0].key, born.keys[1].key};
  released.keys = {born.keys[0]};
  released.keys[0].fingerprint = {9};
  save(released);
  EXPECT_EQ(find(born.keys[0]), released.keys[0]);
  EXPECT_FALSE(find(born.keys[1]));
}

TEST_P(WaitingKeys, may_be_finished_in_the_batch_that_begins_them) {
  auto changes = with_settlement();
  changes.keys = {running("k")};
  changes.finished_keys = {changes.keys[0]};
  changes.finished_keys[0].state = KeyState::done;
  save(changes);
  EXPECT_EQ(find(changes.keys[0]), changes.finished_keys[0]);
}

TEST_P(WaitingKeys, outlive_the_others_by_a_day) {
  auto changes = with_settlement();
  changes.keys = {running("a"), running("b"), key_about(*payment_, "c", "shop")};
  changes.keys[0].created_at = at(0);
  changes.keys[1].created_at = changes.keys[2].created_at = at(0) + 1h;
  save(changes);
  EXPECT_EQ(writer_->delete_keys_before(at(0) + 2h, 10), 1U);
  EXPECT_FALSE(find(changes.keys[2]));
  EXPECT_EQ(writer_->delete_keys_before(at(0) + 24h + 30min, 10), 1U);
  EXPECT_FALSE(find(changes.keys[0]));
  EXPECT_EQ(find(changes.keys[1]), changes.keys[1]);
}

INSTANTIATE_TEST_SUITE_P(On, WaitingKeys, every_store, name_of_run);

}  // namespace
}  // namespace pay::test
