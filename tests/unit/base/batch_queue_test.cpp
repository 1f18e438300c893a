// The queue in front of a worker: bounded, in order, drained at the end.
#include "base/batch_queue.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <numeric>
#include <thread>

namespace pay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

std::vector<int> push(BatchQueue<int>& queue, std::vector<int> items) {
  queue.push(items);
  return items;
}

TEST(BatchQueue, hands_out_all_that_waits_in_order) {
  BatchQueue<int> queue(10);
  push(queue, {1, 2});
  push(queue, {3});
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_THAT(queue.pop(10), Optional(ElementsAre(1, 2, 3)));
  EXPECT_EQ(queue.size(), 0U);
}

TEST(BatchQueue, hands_out_no_more_than_asked_for) {
  BatchQueue<int> queue(10);
  push(queue, {1, 2, 3});
  EXPECT_THAT(queue.pop(2), Optional(ElementsAre(1, 2)));
  EXPECT_THAT(queue.pop(2), Optional(ElementsAre(3)));
}

TEST(BatchQueue, refuses_what_does_not_fit) {
  BatchQueue<int> queue(3);
  EXPECT_THAT(push(queue, {1, 2}), IsEmpty());
  EXPECT_THAT(push(queue, {3, 4, 5}), ElementsAre(4, 5));
  EXPECT_THAT(push(queue, {6}), ElementsAre(6));
  EXPECT_THAT(queue.pop(10), Optional(ElementsAre(1, 2, 3)));
  EXPECT_THAT(push(queue, {7}), IsEmpty());
}

TEST(BatchQueue, refuses_everything_once_closed_and_hands_out_what_is_left) {
  BatchQueue<int> queue(10);
  push(queue, {1, 2, 3});
  queue.close();
  EXPECT_THAT(push(queue, {4}), ElementsAre(4));
  EXPECT_THAT(queue.pop(2), Optional(ElementsAre(1, 2)));
  EXPECT_THAT(queue.pop(2), Optional(ElementsAre(3)));
  EXPECT_EQ(queue.pop(2), std::nullopt);
  EXPECT_EQ(queue.pop(2), std::nullopt);
}

TEST(BatchQueue, has_the_worker_look_up_once_when_woken) {
  BatchQueue<int> queue(10);
  queue.wake();
  EXPECT_THAT(queue.pop(10), Optional(IsEmpty()));
  push(queue, {1});
  queue.wake();
  EXPECT_THAT(queue.pop(10), Optional(ElementsAre(1)));
}

TEST(BatchQueue, takes_what_can_only_be_moved) {
  BatchQueue<std::unique_ptr<int>> queue(1);
  std::vector<std::unique_ptr<int>> items;
  items.push_back(std::make_unique<int>(1));
  items.push_back(std::make_unique<int>(2));
  queue.push(items);
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(*items.front(), 2);
  EXPECT_EQ(*queue.pop(1)->front(), 1);
}

TEST(BatchQueue, loses_nothing_between_threads) {
  constexpr int producers = 4;
  constexpr int each = 2000;
  BatchQueue<int> queue(64);
  std::vector<int> seen(producers * each);
  std::thread worker([&] {
    while (auto batch = queue.pop(16)) {
      for (const int item : *batch) ++seen[static_cast<std::size_t>(item)];
    }
  });
  {
    std::vector<std::jthread> threads;
    for (int p = 0; p < producers; ++p) {
      threads.emplace_back([&queue, p] {
        std::vector<int> mine(each);
        std::iota(mine.begin(), mine.end(), p * each);
        while (!mine.empty()) {
          queue.push(mine);
          std::this_thread::yield();
        }
      });
    }
  }
  queue.close();
  worker.join();
  EXPECT_THAT(seen, testing::Each(1));
}

}  // namespace
}  // namespace pay
