// Those who come because of a provider: its webhooks, which are hints and never truths, and payers who come
// back from its page.
#include <gmock/gmock.h>

#include "unit/controller/api_fixture.hpp"

namespace pay::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto shop = "https://shop.example/o/42";

/// Reads as a test says, at once, or when it says so, on a thread of its own.
class FakeDoor final : public WebhookDoor {
 public:
  void read(const WebhookRequest& request, Done done) override {
    body = request.body;
    signature = request.header("x-signature").value_or("");
    waiting = std::move(done);
    if (!holds) std::thread([this] { waiting(said); }).join();
  }

  Result<std::optional<PaymentId>> said = PaymentId{1};
  bool holds = false;
  std::string body;
  std::string signature;
  Done waiting;
};

class Arrivals : public ApiTest {
 protected:
  /// A payment whose payer is at the bank's page.
  void send_payer_away(std::string_view return_url = shop) {
    ASSERT_EQ(send({.method = "POST", .path = "/payments", .body = create_body}).status, 201);
    auto body = R"({"payment_method":{"type":"wallet","wallet":"paypal"},"return_url":")" +
                std::string(return_url) + R"("})";
    if (return_url.empty()) body = R"({"payment_method":{"type":"wallet","wallet":"paypal"}})";
    begin({.method = "POST", .path = "/payments/process/1", .body = std::move(body)});
    run_until_asked(bank_);
    bank_.answer_next(ActionRequired{.url = "https://bank.example/agree", .reference = "o_1"});
    ASSERT_EQ(finish().status, 200);
    shelf_.payments = {memory_.payments.at({1})};
    shelf_.attempts = memory_.attempts;
  }
  [[nodiscard]] std::string key() const { return provider_key(memory_.attempts.back()); }
  static Sent back(std::string query, std::string language = "en") {
    return {.method = "GET",
            .path = "/payments/1/return",
            .headers = {{"Accept-Language", std::move(language)}},
            .query = std::move(query)};
  }
  http::Response come_back(Outcome outcome, std::string language = "en") {
    begin(back("attempt=" + key() + "&token=o_1&PayerID=x", std::move(language)));
    run_until_asked(bank_);
    bank_.answer_next(std::move(outcome));
    return finish();
  }
  static Sent webhook(std::string provider = "bank") {
    return {.method = "POST",
            .path = "/providers/" + std::move(provider) + "/webhook",
            .body = "as it came \x01",
            .headers = {{"X-Signature", "s"}}};
  }
  static PaymentMethod wallet() {
    return {.type = MethodType::wallet, .brand = Brand::paypal, .last4 = {}, .expiry = {}};
  }

  FakeProvider& bank_ = have_provider("bank");
  FakeDoor door_;
};

// ---- payers ----

TEST_F(Arrivals, of_a_payer_ask_the_provider_and_go_on_to_the_shop) {
  send_payer_away();
  const auto response = come_back(Succeeded{.method = wallet(), .reference = "c_1"});
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(headers_of(response)["Location"], "https://shop.example/o/42?payment_id=1&status=paid");
  EXPECT_EQ(headers_of(response)["Cache-Control"], "no-store");
  EXPECT_EQ(memory_.payments.at({1}).status, Status::paid);
  EXPECT_EQ(notifier_.asked().size(), 1U) << "the shop knows before its payer is back";
}

TEST_F(Arrivals, of_a_payer_who_declined_or_whose_outcome_is_not_known_go_on_with_that) {
  send_payer_away();
  auto response = come_back(Unknown{.why = "timed_out"});
  EXPECT_EQ(response.status, 303);
  EXPECT_THAT(headers_of(response)["Location"], testing::EndsWith("&status=requires_action"));
  response = come_back(Declined{.decline_code = "generic_decline"});
  EXPECT_THAT(headers_of(response)["Location"], testing::EndsWith("&status=pending"));
}

TEST_F(Arrivals, of_a_payer_twice_ask_once) {
  send_payer_away();
  come_back(Succeeded{.method = wallet(), .reference = "c_1"});
  const auto asked = bank_.looked_up();
  const auto again = send(back("attempt=" + key()));
  EXPECT_EQ(again.status, 303);
  EXPECT_THAT(headers_of(again)["Location"], testing::EndsWith("&status=paid"));
  EXPECT_EQ(bank_.looked_up(), asked);
}

TEST_F(Arrivals, of_a_payer_whose_shop_named_no_place_show_a_page_that_tells_nothing_but_the_status) {
  send_payer_away("");
  const auto response = come_back(Succeeded{.method = wallet(), .reference = "c_1"}, "fr");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(response.body, view::return_page({.payment = Status::paid}, view::Language::french));
  EXPECT_THAT(headers_of(response)["Content-Security-Policy"], HasSubstr("default-src 'none'"));
  EXPECT_THAT(response.body, Not(HasSubstr("99")));
}

TEST_F(Arrivals, of_strangers_ask_nobody_and_tell_nothing) {
  send_payer_away();
  const auto asked = bank_.looked_up();
  const auto commits = memory_.commits + memory_.roll_backs;
  for (const auto& query : std::vector<std::string>{
           "", "attempt", "attempt=", "attempt=wrong", "attempt=" + key() + "0",
           "attempt=" + key() + "&attempt=x", "attempt=%FF%00", "attempt=" + std::string(5000, 'x')}) {
    const auto response = send(back(query));
    EXPECT_EQ(response.status, 404) << query;
    EXPECT_EQ(response.body, view::return_page({.status = 404}, view::Language::english));
  }
  auto nowhere = back("attempt=" + key());
  nowhere.path = "/payments/999/return";
  const auto response = send(nowhere);
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, view::return_page({.status = 404}, view::Language::english))
      << "nobody is told which payments there are";
  nowhere.path = "/payments/x/return";
  EXPECT_EQ(send(nowhere).status, 404);
  EXPECT_EQ(bank_.looked_up(), asked);
  EXPECT_EQ(memory_.commits + memory_.roll_backs, commits);
}

TEST_F(Arrivals, of_those_who_guess_keys_end_a_payments_page_for_a_minute) {
  send_payer_away();
  for (int i = 0; i < WrongKeys::allowed; ++i) EXPECT_EQ(send(back("attempt=wrong")).status, 404) << i;
  const auto asked = bank_.looked_up();
  const auto response = send(back("attempt=" + key()));
  EXPECT_EQ(response.status, 429) << "the right one too, or guessing would go on";
  EXPECT_EQ(headers_of(response)["Retry-After"], "60");
  EXPECT_EQ(bank_.looked_up(), asked);
  auto nowhere = back("attempt=wrong");
  nowhere.path = "/payments/999/return";
  for (int i = 0; i < WrongKeys::allowed; ++i) EXPECT_EQ(send(nowhere).status, 404) << i;
  EXPECT_EQ(send(nowhere).status, 429) << "as a payment that there is";

  clock_.advance(WrongKeys::window);
  EXPECT_EQ(come_back(Unknown{.why = "timed_out"}).status, 303);
}

TEST_F(Arrivals, of_a_payer_find_an_attempt_behind_a_hundred_others) {
  send_payer_away();
  auto& attempts = shelf_.attempts;
  const auto mine = attempts.back();
  for (int i = 1; i <= 250; ++i) {
    auto other = mine;
    other.id = {mine.id.value + i};
    other.created_at -= std::chrono::microseconds(i);
    attempts.insert(attempts.begin(), other);
  }
  EXPECT_EQ(come_back(Succeeded{.method = wallet(), .reference = "c_1"}).status, 303);
}

TEST_F(Arrivals, of_a_payer_without_a_database_are_503_and_a_page) {
  send_payer_away();
  shelf_.on_call = [] { throw StoreUnavailable("gone"); };
  const auto response = send(back("attempt=" + key()));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(headers_of(response)["Retry-After"], "1");
  EXPECT_EQ(response.body, view::return_page({.status = 503}, view::Language::english));
}

// ---- webhooks ----

TEST_F(Arrivals, of_a_webhook_bring_the_look_up_forward_and_change_nothing_else) {
  doors_["bank"] = &door_;
  send_payer_away();
  const auto before = memory_.payments.at({1});
  const auto response = send(webhook());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"received":true})");
  EXPECT_EQ(door_.body, "as it came \x01");
  EXPECT_EQ(door_.signature, "s");
  EXPECT_EQ(memory_.payments.at({1}), before);
  EXPECT_EQ(memory_.attempts.back().call->due_at, memory_.now());
  EXPECT_EQ(wakes_, 1);
}

TEST_F(Arrivals, of_a_webhook_about_nothing_of_ours_are_thanked_for) {
  doors_["bank"] = &door_;
  door_.said = std::nullopt;
  EXPECT_EQ(send(webhook()).status, 200);
  door_.said = PaymentId{999};
  EXPECT_EQ(send(webhook()).status, 200);
  EXPECT_EQ(wakes_, 0);
}

TEST_F(Arrivals, of_another_providers_webhook_move_nothing) {
  doors_["other"] = &door_;
  send_payer_away();
  const auto due = memory_.attempts.back().call->due_at;
  EXPECT_EQ(send(webhook("other")).status, 200);
  EXPECT_EQ(memory_.attempts.back().call->due_at, due);
}

TEST_F(Arrivals, of_a_forged_webhook_are_400_and_change_nothing) {
  doors_["bank"] = &door_;
  send_payer_away();
  const auto due = memory_.attempts.back().call->due_at;
  door_.said = fail(ErrorCode::invalid_signature);
  const auto response = send(webhook());
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr(R"("code":"invalid_signature")"));
  EXPECT_EQ(memory_.attempts.back().call->due_at, due);
  EXPECT_EQ(wakes_, 0);
}

TEST_F(Arrivals, of_a_webhook_that_nobody_can_judge_now_are_503_so_that_it_comes_again) {
  doors_["bank"] = &door_;
  door_.said = fail(ErrorCode::unavailable);
  EXPECT_EQ(send(webhook()).status, 503);
}

TEST_F(Arrivals, of_a_webhook_at_a_provider_that_is_not_set_up_are_404) {
  for (const std::string provider : {"bank", "stripe", "paypal", "nobody"})
    EXPECT_EQ(send(webhook(provider)).status, 404) << provider;
}

TEST_F(Arrivals, of_webhooks_go_by_the_name_in_the_path) {
  doors_["stripe"] = &door_;
  door_.said = std::nullopt;
  EXPECT_EQ(send(webhook("stripe")).status, 200);
  EXPECT_EQ(send(webhook("paypal")).status, 404);
}

TEST_F(Arrivals, of_webhooks_whose_provider_hangs_are_let_go_when_the_service_stops) {
  doors_["bank"] = &door_;
  door_.holds = true;
  start();
  begin(webhook());
  io_.poll();
  ASSERT_TRUE(door_.waiting);
  EXPECT_FALSE(response_);
  api_->drain();
  io_.poll();
  ASSERT_TRUE(response_);
  EXPECT_EQ(response_->status, 503);
  EXPECT_TRUE(headers_of(*response_).contains("Retry-After"));

  std::thread([this] { door_.waiting(PaymentId{1}); }).join();
  io_.poll();
  EXPECT_EQ(wakes_, 0) << "what is said too late finds nobody";
  door_.waiting = nullptr;
  EXPECT_EQ(send(webhook()).status, 503);
  EXPECT_FALSE(door_.waiting) << "later ones are not read";
}

TEST_F(Arrivals, that_are_not_over_when_the_service_ends_leave_nothing_behind) {
  doors_["bank"] = &door_;
  door_.holds = true;
  start();
  begin(webhook());
  io_.poll();
  ASSERT_TRUE(door_.waiting);
  api_.reset();
  std::thread([this] { door_.waiting(PaymentId{1}); }).join();
  EXPECT_FALSE(response_);
}

}  // namespace
}  // namespace pay::test
