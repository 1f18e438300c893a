// What is sent to a receiver in each style, and what of its answers counts as success.
#include <gtest/gtest.h>

#include <array>

#include "outbox/verdict.hpp"
#include "unit/outbox/fakes.hpp"

namespace pay {
namespace {

using namespace test;

std::string render(const Event& event) {
  return R"({"id":")" + std::to_string(event.after.id.value) + "-" + std::to_string(event.after.version) +
         R"("})";
}

TEST(StoreManager, is_told_by_put_of_order_state_and_payment) {
  const auto request = compose({.url = "http://shop/orders"}, paid_event(7), render);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.url, "http://shop/orders");
  EXPECT_EQ(request.content_type, "application/json");
  EXPECT_EQ(request.body, R"({"order_id":700,"is_paid":true,"payment_id":7})");
  EXPECT_TRUE(request.headers.empty());
}

TEST(StoreManager, a_url_with_a_place_for_the_order_gets_its_id) {
  const auto url_of = [](std::string url) {
    return compose({.url = std::move(url)}, paid_event(7), render).url;
  };
  EXPECT_EQ(url_of("http://shop/orders/{order_id}"), "http://shop/orders/700");
  EXPECT_EQ(url_of("http://shop/{order_id}/x?again={order_id}"), "http://shop/700/x?again=700");
  EXPECT_EQ(url_of("http://shop/orders/{id}"), "http://shop/orders/{id}");
}

TEST(StoreManager, a_refund_of_all_says_that_it_is_not_paid_and_a_part_that_it_still_is) {
  auto event = refunded_event(7);
  EXPECT_EQ(compose({.url = "http://shop"}, event, render).body,
            R"({"order_id":700,"is_paid":false,"payment_id":7})");
  event.after.status = Status::partially_refunded;
  event.after.refunded_minor = 1;
  EXPECT_EQ(compose({.url = "http://shop"}, event, render).body,
            R"({"order_id":700,"is_paid":true,"payment_id":7})");
}

struct AnswerCase {
  int status;
  const char* body;
  const char* complaint;  ///< null: delivered
};

TEST(StoreManager, updated_true_in_any_success_is_the_one_answer_that_counts) {
  static constexpr const char* missing = R"(no "updated" in the answer)";
  static constexpr const char* garbage = "the answer is no JSON";
  static constexpr auto cases = std::to_array<AnswerCase>({
      {200, R"({"updated":true})", nullptr},
      {200, R"( {"id":1,"updated":true,"secret":"x"} )", nullptr},
      {201, R"({"updated":true})", nullptr},
      {299, R"({"updated":true})", nullptr},
      {200, R"({"updated":false})", "updated:false"},
      {200, R"({})", missing},
      {200, R"({"updated":null})", missing},
      {200, R"({"updated":"true"})", missing},
      {200, R"({"updated":1})", missing},
      {200, R"([true])", missing},
      {200, R"("updated")", missing},
      {200, R"(null)", missing},
      {200, "", garbage},
      {204, "", garbage},
      {200, R"({"updated":true)", garbage},
      {200, R"({"updated":true}x)", garbage},
      {200, "<html>no</html>", garbage},
      {200, "\xff\xfe", garbage},
      {301, R"({"updated":true})", "status 301"},
      {302, "", "status 302"},
      {400, R"({"updated":true})", "status 400"},
      {500, "Traceback", "status 500"},
      {100, "", "status 100"},
  });
  for (const auto& [status, body, expected] : cases) {
    const auto found = complaint(NotifyStyle::store_manager, {.status = status, .body = body});
    EXPECT_EQ(found, expected == nullptr ? std::nullopt : std::optional<std::string>(expected))
        << status << " " << body;
  }
}

TEST(StoreManager, an_answer_nested_without_end_is_garbage) {
  const auto found = complaint(NotifyStyle::store_manager, {.status = 200, .body = std::string(60'000, '[')});
  EXPECT_EQ(found, "the answer is no JSON");
}

TEST(EventStyle, is_told_by_post_of_the_rendered_event) {
  const auto request =
      compose({.url = "https://app/hook/{order_id}", .style = NotifyStyle::event}, paid_event(7), render);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://app/hook/{order_id}");
  EXPECT_EQ(request.content_type, "application/json");
  EXPECT_EQ(request.body, R"({"id":"7-2"})");
}

TEST(EventStyle, any_success_counts_whatever_it_says) {
  for (const int status : {200, 201, 202, 204, 299})
    EXPECT_EQ(complaint(NotifyStyle::event, {.status = status, .body = "\xff"}), std::nullopt) << status;
  EXPECT_EQ(complaint(NotifyStyle::event, {.status = 302}), "status 302");
  EXPECT_EQ(complaint(NotifyStyle::event, {.status = 410}), "status 410");
  EXPECT_EQ(complaint(NotifyStyle::event, {.status = 503}), "status 503");
}

TEST(Verdict, time_outs_and_refused_connections_are_silence_and_every_answer_is_none) {
  using enum http::CallFailure;
  struct Case {
    http::CallFailure why;
    Sign sign;
  };
  static constexpr auto cases = std::to_array<Case>({{bad_url, Sign::none},
                                                     {unresolved, Sign::silent},
                                                     {refused, Sign::silent},
                                                     {untrusted, Sign::none},
                                                     {unreachable, Sign::silent},
                                                     {timed_out, Sign::silent},
                                                     {broken, Sign::none},
                                                     {too_large, Sign::answered},
                                                     {not_sent, Sign::none},
                                                     {aborted, Sign::none}});
  for (const auto& [why, sign] : cases) {
    const auto verdict = judge(NotifyStyle::event, std::unexpected(why));
    EXPECT_EQ(verdict.sign, sign) << http::name(why);
    EXPECT_EQ(verdict.error, http::name(why));
    EXPECT_EQ(verdict.cause, http::name(why));
    EXPECT_EQ(verdict.aborted, why == aborted);
    EXPECT_EQ(verdict.was_tried, why != aborted && why != not_sent);
  }
}

TEST(Verdict, a_complaint_is_an_answer_too) {
  EXPECT_EQ(judge(NotifyStyle::store_manager, updated(false)),
            (Verdict{.sign = Sign::answered, .error = "updated:false", .cause = "complaint"}));
  EXPECT_EQ(judge(NotifyStyle::store_manager, updated()), (Verdict{.sign = Sign::answered}));
}

}  // namespace
}  // namespace pay
