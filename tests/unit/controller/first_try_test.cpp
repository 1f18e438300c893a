// A session that made a payment paid waits until the shop was told, or until it was tried long enough; its
// answer does not change, and no other session waits.
#include <gmock/gmock.h>

#include "unit/controller/api_fixture.hpp"

namespace pay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FirstTry : public ApiTest {
 protected:
  void create(std::string_view more = "") {
    std::string body(create_body);
    body.insert(body.size() - 1, more);
    ASSERT_EQ(send({.method = "POST", .path = "/payments", .body = body}).status, 201);
  }
  static Sent process(std::string key = {}) {
    Sent sent{.method = "POST", .path = "/payments/process/1", .body = card_body};
    if (!key.empty()) sent.headers.emplace_back("Idempotency-Key", std::move(key));
    return sent;
  }
  /// Until the session waits.
  void begin_and_wait(Sent sent) {
    begin(std::move(sent));
    while (notifier_.asked().empty()) io_.run_one();
  }
};

TEST_F(FirstTry, is_waited_for_before_the_payer_is_answered) {
  create();
  notifier_.hold();
  begin_and_wait(process());
  io_.poll();
  EXPECT_FALSE(response_) << "not yet told";
  EXPECT_EQ(memory_.payments.at({1}).status, Status::paid) << "but paid";
  EXPECT_THAT(notifier_.asked(), ElementsAre(FakeNotifier::Asked{{1}, 2}));
  std::thread([this] { notifier_.finish(); }).join();
  const auto response = finish();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, view::payment(memory_.payments.at({1})));
}

TEST_F(FirstTry, that_is_over_at_once_delays_nothing) {
  create();
  EXPECT_EQ(send(process()).status, 200);
  EXPECT_THAT(notifier_.asked(), ElementsAre(FakeNotifier::Asked{{1}, 2}));
}

TEST_F(FirstTry, is_waited_for_after_a_capture_too_and_not_after_an_authorization) {
  create(R"(,"capture_method":"manual")");
  EXPECT_EQ(send(process()).status, 200);
  EXPECT_THAT(notifier_.asked(), IsEmpty());
  EXPECT_EQ(send({.method = "POST", .path = "/payments/1/capture"}).status, 200);
  EXPECT_THAT(notifier_.asked(), ElementsAre(FakeNotifier::Asked{{1}, 3}));
}

TEST_F(FirstTry, is_not_waited_for_when_the_same_is_told_again) {
  create();
  send(process("k"));
  const auto replayed = send(process("k"));
  EXPECT_EQ(headers_of(replayed)["Idempotent-Replayed"], "true");
  EXPECT_THAT(notifier_.asked(), ElementsAre(FakeNotifier::Asked{{1}, 2}));
}

TEST_F(FirstTry, is_not_waited_for_after_anything_else) {
  create();
  auto declined = process();
  declined.body = R"({"cardNumber":"4000000000000002","cardCode":"123","expirationDate":"2030-01"})";
  EXPECT_EQ(send(declined).status, 402);
  EXPECT_THAT(notifier_.asked(), IsEmpty());
  send(process());
  EXPECT_EQ(send({.method = "POST", .path = "/payments/1/refund", .body = R"({"amount":1})"}).status, 200);
  EXPECT_EQ(send({.method = "POST", .path = "/payments/refund-by-order/42"}).status, 200);
  EXPECT_EQ(send(process()).status, 409);
  EXPECT_EQ(notifier_.asked().size(), 1U);
}

TEST_F(FirstTry, that_never_ends_before_the_service_does_leaves_nothing_behind) {
  create();
  notifier_.hold();
  begin_and_wait(process());
  // As a service is taken down: what waits is destroyed with the io_context, when nothing runs any more.
  api_.reset();
  std::thread([this] { notifier_.finish(); }).join();
  EXPECT_FALSE(response_);
}

TEST_F(FirstTry, that_is_forgotten_leaves_nothing_behind) {
  create();
  notifier_.hold();
  begin_and_wait(process());
  api_.reset();
  EXPECT_FALSE(response_);
}

}  // namespace
}  // namespace pay::test
