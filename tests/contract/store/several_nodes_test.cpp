// A Galera cluster with a writer on each node: any node may abort another's transaction at any moment,
// between two statements too, and sometimes says nothing. Nothing may be lost, done twice or done in part.
#include <gmock/gmock.h>

#include <mutex>
#include <set>
#include <thread>

#include "database.hpp"
#include "samples.hpp"
#include "storage/mysql/mysql_store.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class SeveralNodes : public MysqlContract {
 protected:
  void SetUp() override {
    MysqlContract::SetUp();
    if (IsSkipped()) return;
    for (const auto& host : database_->options().hosts) {
      auto options = database_->options();
      options.hosts = {host};
      nodes_.push_back(mysql::open(options));
    }
    ASSERT_GE(nodes_.size(), 2U);
  }

  /// Load, decide, save, until it is in: as the executor does.
  template <class Decide>
  static void commit(WriteStore& writer, const Wanted& wanted, Decide decide) {
    while (true) {
      try {
        const auto changes = decide(writer.load(wanted));
        if (changes.empty()) return writer.roll_back();
        writer.save(changes);
        return;
      } catch (const StoreConflict&) {
        continue;
      } catch (const CommitLost&) {
        if (writer.resolve_lost_commit()) return;
      }
    }
  }

  /// `work(writer)` on every node at once.
  template <class Work>
  void on_every_node(Work work) {
    std::vector<std::jthread> threads;
    for (const auto& node : nodes_) {
      threads.emplace_back([&] {
        const auto writer = node->open_writer();
        work(*writer);
        writer->close();
      });
    }
  }

  std::vector<std::unique_ptr<Store>> nodes_;
};

TEST_P(SeveralNodes, what_one_node_acknowledged_every_node_reads) {
  const auto writer = nodes_[0]->open_writer();
  std::vector<std::unique_ptr<ReadStore>> readers;
  for (const auto& node : nodes_) readers.push_back(node->open_reader());
  for (int i = 0; i < 100; ++i) {
    const auto payment = create(*writer);
    for (const auto& reader : readers) {
      ASSERT_THAT(reader->find_payments(std::vector{payment.id}), ElementsAre(payment));
    }
  }
}

TEST_P(SeveralNodes, racing_batches_are_whole_and_done_once) {
  constexpr int rounds = 200;
  constexpr std::size_t born_a_round = 20;
  const auto shared = create(*nodes_[0]->open_writer());
  std::mutex mutex;
  std::set<std::int64_t> born;
  on_every_node([&](WriteStore& writer) {
    for (int round = 0; round < rounds; ++round) {
      std::vector<std::int64_t> ids;
      commit(writer, {.payments = {shared.id}, .new_payments = born_a_round}, [&](const Loaded& loaded) {
        auto now = loaded.payments.at(0);
        now.refunded_minor += 1;
        ++now.version;
        auto changes = change_to(now, EventType::refunded);
        ids.clear();
        for (std::size_t i = 0; i < born_a_round; ++i) {
          const auto payment = new_payment(writer.next_payment_id());
          ids.push_back(payment.id.value);
          changes.created.push_back(payment);
          changes.events.push_back({.type = EventType::created, .after = payment});
        }
        return changes;
      });
      const std::lock_guard lock(mutex);
      for (const auto id : ids) EXPECT_TRUE(born.insert(id).second) << "id " << id << " was handed out twice";
    }
  });

  const auto acknowledged = static_cast<std::int64_t>(nodes_.size()) * rounds;
  for (const auto& node : nodes_) {
    const auto reader = node->open_reader();
    const auto after = reader->find_payments(std::vector{shared.id}).at(0);
    EXPECT_EQ(after.refunded_minor, acknowledged);
    EXPECT_EQ(after.version, 1 + acknowledged);
    EXPECT_THAT(reader->scan_events(shared.id, shared.id), SizeIs(1 + acknowledged));
    EXPECT_EQ(reader->scan_payments({1}, 1'000'000).size(), born.size());
    EXPECT_EQ(reader->scan_events({2}, {max_id}).size(), born.size());
    EXPECT_EQ(reader->count_orphans(), 0U);
  }
}

TEST_P(SeveralNodes, a_key_that_is_sent_to_every_node_protects_one_payment) {
  constexpr int keys = 100;
  on_every_node([&](WriteStore& writer) {
    for (int i = 0; i < keys; ++i) {
      const auto key = "key " + std::to_string(i);
      commit(writer, {.keys = {{.client = {}, .key = key}}, .new_payments = 1}, [&](const Loaded& loaded) {
        Changes changes;
        if (!loaded.keys.empty()) return changes;
        changes = birth_of(new_payment(writer.next_payment_id()));
        changes.keys.push_back(key_about(changes.created[0], key));
        return changes;
      });
    }
  });
  const auto reader = nodes_[0]->open_reader();
  EXPECT_THAT(reader->scan_payments({0}, 1000), SizeIs(keys));
  EXPECT_THAT(reader->scan_keys({}, 1000), SizeIs(keys));
}

INSTANTIATE_TEST_SUITE_P(On, SeveralNodes, testing::Values(Implementation::galera), name_of_run);

}  // namespace
}  // namespace pay::test
