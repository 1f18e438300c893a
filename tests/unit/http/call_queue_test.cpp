// Goal: hosts take turns, each host's calls keep their order, and none is lost. Method: the calls carry their
// names in their URLs.
#include "http/call_queue.hpp"

#include <gtest/gtest.h>

namespace pay::http {
namespace {

using std::chrono::seconds;

const CallQueue::Time start{};

void push(CallQueue& queue, const std::string& url, seconds begin_by = seconds(1)) {
  queue.push({.call = {.request = {.method = "GET", .url = url}, .done = [](const CallOutcome&) {}},
              .begin_by = start + begin_by,
              .deadline = start + 2 * begin_by});
}

std::vector<std::string> drain(CallQueue& queue) {
  std::vector<std::string> urls;
  while (auto next = queue.pop()) urls.push_back(next->call.request.url);
  EXPECT_TRUE(queue.empty());
  return urls;
}

using Urls = std::vector<std::string>;

TEST(CallQueue, lets_hosts_take_turns_and_keeps_the_order_of_each) {
  CallQueue queue;
  for (const auto* const url : {"http://a/1", "http://a/2", "http://a/3", "http://b/1", "http://b:81/1",
                                "https://b/1", "http://b/2"}) {
    push(queue, url);
  }
  EXPECT_EQ(drain(queue), (Urls{"http://a/1", "http://b/1", "http://b:81/1", "https://b/1", "http://a/2",
                                "http://b/2", "http://a/3"}));
}

TEST(CallQueue, a_host_that_comes_later_waits_for_one_call_of_each_other) {
  CallQueue queue;
  for (int at = 0; at < 100; ++at) push(queue, "http://slow/" + std::to_string(at));
  EXPECT_EQ(queue.pop()->call.request.url, "http://slow/0");
  push(queue, "http://quick/");
  EXPECT_EQ(queue.pop()->call.request.url, "http://slow/1");
  EXPECT_EQ(queue.pop()->call.request.url, "http://quick/");
  EXPECT_EQ(drain(queue).size(), 98U);
}

TEST(CallQueue, takes_out_what_is_late_and_nothing_else) {
  CallQueue queue;
  push(queue, "http://a/1", seconds(1));
  push(queue, "http://b/1", seconds(1));
  push(queue, "http://a/2", seconds(9));
  push(queue, "http://c/1", seconds(2));
  EXPECT_TRUE(queue.take_late(start + seconds(1)).empty());
  const auto late = queue.take_late(start + seconds(2));
  ASSERT_EQ(late.size(), 2U);
  EXPECT_NE(late[0].request.url, late[1].request.url);
  for (const auto& call : late) EXPECT_TRUE(call.request.url.ends_with("/1"));
  push(queue, "http://b/2");
  EXPECT_EQ(drain(queue), (Urls{"http://a/2", "http://c/1", "http://b/2"}));
}

TEST(CallQueue, a_host_is_scheme_and_authority) {
  EXPECT_EQ(host_of("https://shop:8443/orders/1"), "https://shop:8443");
  EXPECT_EQ(host_of("http://shop?x=/"), "http://shop");
  EXPECT_EQ(host_of("http://shop"), "http://shop");
  EXPECT_EQ(host_of("shop/orders"), "shop");
  EXPECT_EQ(host_of(""), "");
}

}  // namespace
}  // namespace pay::http
