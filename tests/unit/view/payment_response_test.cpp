// The bytes of responses: written by hand, so compared whole, and read back by a JSON parser.
#include <gtest/gtest.h>

#include <string>

#include "unit/view/samples.hpp"
#include "view/responses.hpp"

namespace pay::view {
namespace {

constexpr std::string_view pending_json =
    R"({"id":7,"payment_id":7,"order_id":42,"user_id":3,"total_amount":99.53,"currency":"CAD","status":"pending",)"
    R"("is_paid":false,"capture_method":"automatic","authorized_amount":0,"captured_amount":0,"refunded_amount":0,)"
    R"("payment_method":null,"last_error":null,"next_action":null,"description":null,"client":null,"metadata":{},)"
    R"("version":1,"created_at":"2026-01-31T12:00:00.000000Z","updated_at":"2026-01-31T12:00:00.000000Z"})";

TEST(PaymentResponse, of_a_new_payment) {
  EXPECT_EQ(payment(pending_payment()), pending_json);
}

TEST(PaymentResponse, of_a_payment_with_everything) {
  Payment full = paid_payment();
  full.status = Status::partially_refunded;
  full.refunded_minor = 2050;
  full.last_error = LastError{.code = "card_declined", .decline_code = "insufficient_funds"};
  full.description = "Deux \"livres\"";
  full.client = "shop";
  full.metadata = {{"a", "1"}, {"b", "2"}};
  full.capture_method = CaptureMethod::manual;
  EXPECT_EQ(
      payment(full),
      R"({"id":7,"payment_id":7,"order_id":42,"user_id":3,"total_amount":99.53,"currency":"CAD",)"
      R"("status":"partially_refunded","is_paid":true,"capture_method":"manual","authorized_amount":99.53,)"
      R"("captured_amount":99.53,"refunded_amount":20.5,"payment_method":{"type":"credit_card","brand":"visa",)"
      R"("last4":"4242","exp_month":1,"exp_year":2030},"last_error":{"code":"card_declined",)"
      R"("decline_code":"insufficient_funds"},"next_action":null,"description":"Deux \"livres\"","client":"shop",)"
      R"("metadata":{"a":"1","b":"2"},"version":2,"created_at":"2026-01-31T12:00:00.000000Z",)"
      R"("updated_at":"2026-01-31T12:00:03.250001Z"})");
}

TEST(PaymentResponse, keeps_every_text_through_its_escapes) {
  std::string text;
  for (char c = 1; c < 0x7F; ++c) text += c;
  text += "é€😀\x7F";
  Payment odd = pending_payment();
  odd.description = text;
  odd.metadata = {{text, text}, {"k", ""}};
  const auto json = boost::json::parse(payment(odd));
  EXPECT_EQ(json.at("description").as_string(), text);
  EXPECT_EQ(json.at("metadata").at(text).as_string(), text);
  EXPECT_EQ(json.at("metadata").at("k").as_string(), "");
}

TEST(PaymentResponse, shows_amounts_with_the_decimals_of_the_currency) {
  struct Case {
    std::string_view currency_code;
    std::int64_t minor;
    std::string_view amount;
  };
  for (const auto& [code, minor, amount] : {
           Case{"JPY", 500, "500"},
           Case{"CAD", 50000, "500"},
           Case{"CAD", 5950, "59.5"},
           Case{"CAD", 1, "0.01"},
           Case{"BHD", 1234, "1.234"},
           Case{"CAD", 999999999999, "9999999999.99"},
       }) {
    Payment one = pending_payment();
    one.currency = currency(code);
    one.amount_minor = minor;
    EXPECT_NE(payment(one).find("\"total_amount\":" + std::string(amount) + ","), std::string::npos)
        << amount;
  }
}

TEST(OrderResponse, lists_the_orders_payments) {
  EXPECT_EQ(order({.order_id = {42}, .payments = {}}), R"({"order_id":42,"payments":[]})");
  EXPECT_EQ(
      order({.order_id = {42}, .payments = {pending_payment(), pending_payment()}}),
      R"({"order_id":42,"payments":[)" + std::string(pending_json) + "," + std::string(pending_json) + "]}");
}

TEST(PageResponse, has_one_envelope) {
  EXPECT_EQ(page(Page<Payment>{}), R"({"data":[],"has_more":false,"next_cursor":null})");
  EXPECT_EQ(page(Page<Payment>{.rows = {pending_payment()}, .next_cursor = "abc"}),
            R"({"data":[)" + std::string(pending_json) + R"(],"has_more":true,"next_cursor":"abc"})");
  EXPECT_EQ(page(Page<Payment>{.rows = {}, .next_cursor = "abc"}),
            R"({"data":[],"has_more":true,"next_cursor":"abc"})");
}

TEST(PageResponse, of_events) {
  const Event created{.type = EventType::created, .after = pending_payment()};
  const Event canceled{.type = EventType::requires_action, .after = pending_payment(), .reason = "why"};
  EXPECT_EQ(
      page(Page<Event>{.rows = {created, canceled}, .next_cursor = {}}),
      R"({"data":[{"id":"7-1","payment_id":7,"sequence":1,"type":"payment.created","reason":null,"data":)" +
          std::string(pending_json) +
          R"(,"created_at":"2026-01-31T12:00:00.000000Z"},{"id":"7-1","payment_id":7,"sequence":1,)"
          R"("type":"payment.requires_action","reason":"why","data":)" +
          std::string(pending_json) +
          R"(,"created_at":"2026-01-31T12:00:00.000000Z"}],"has_more":false,"next_cursor":null})");
}

TEST(PageResponse, of_refunds) {
  const Refund refund{.id = {1},
                      .payment_id = {7},
                      .amount_minor = 2050,
                      .status = RefundStatus::succeeded,
                      .reason = {},
                      .created_at = noon()};
  EXPECT_EQ(page(RefundPage{{.rows = {refund}, .next_cursor = {}}, currency("CAD")}),
            R"({"data":[{"id":1,"payment_id":7,"amount":20.5,"status":"succeeded","reason":null,)"
            R"("created_at":"2026-01-31T12:00:00.000000Z"}],"has_more":false,"next_cursor":null})");
}

TEST(PaymentResponse, shows_what_the_payer_must_do_next) {
  Payment waiting = pending_payment();
  waiting.status = Status::requires_action;
  waiting.next_action = NextAction{.url = "https://pay.example/?a=\"b", .expires_at = noon()};
  EXPECT_NE(
      payment(waiting).find(
          R"("next_action":{"type":"redirect","url":"https://pay.example/?a=\"b","expires_at":"2026-01-31T12:00:00.000000Z"},)"),
      std::string::npos)
      << payment(waiting);
  waiting.next_action->expires_at.reset();
  EXPECT_NE(payment(waiting).find(R"("expires_at":null},"description")"), std::string::npos);
}

TEST(PaymentResponse, shows_what_is_not_known_of_a_wallet_as_null) {
  Payment paid = paid_payment();
  paid.method = PaymentMethod{.type = MethodType::wallet, .brand = Brand::paypal, .last4 = {}, .expiry = {}};
  EXPECT_NE(
      payment(paid).find(
          R"("payment_method":{"type":"wallet","brand":"paypal","last4":null,"exp_month":null,"exp_year":null})"),
      std::string::npos)
      << payment(paid);
}

TEST(PaymentResponse, shows_nothing_of_its_custody) {
  Payment paid = paid_payment();
  const auto before = payment(paid);
  paid.custody = Custody{.provider = "stripe", .reference = "pi_1", .open = {7}};
  EXPECT_EQ(payment(paid), before);
}

TEST(PageResponse, of_attempts) {
  const Attempt declined{.id = {1},
                         .payment_id = {7},
                         .provider = "simulator",
                         .outcome = AttemptOutcome::declined,
                         .decline_code = "lost_card",
                         .created_at = noon(),
                         .finished_at = noon()};
  Attempt unknown{.id = {2},
                  .payment_id = {7},
                  .kind = AttemptKind::void_authorization,
                  .provider = "stripe",
                  .outcome = AttemptOutcome::unknown,
                  .decline_code = {},
                  .created_at = noon(),
                  .finished_at = {},
                  .call = ProviderCall{.reference = "pi_1",
                                       .tries = 3,
                                       .last_error = "timed_out",
                                       .needs_attention = true,
                                       .due_at = noon()}};
  EXPECT_EQ(
      page(Page<Attempt>{.rows = {declined, unknown}, .next_cursor = {}}),
      R"({"data":[{"id":1,"payment_id":7,"kind":"authorize","provider":"simulator","outcome":"declined",)"
      R"("decline_code":"lost_card","tries":0,"last_error":null,"needs_attention":false,"next_look_at":null,)"
      R"("provider_reference":null,"created_at":"2026-01-31T12:00:00.000000Z",)"
      R"("finished_at":"2026-01-31T12:00:00.000000Z"},)"
      R"({"id":2,"payment_id":7,"kind":"void","provider":"stripe","outcome":"unknown","decline_code":null,)"
      R"("tries":3,"last_error":"timed_out","needs_attention":true,)"
      R"("next_look_at":"2026-01-31T12:00:00.000000Z","provider_reference":"pi_1",)"
      R"("created_at":"2026-01-31T12:00:00.000000Z","finished_at":null}],"has_more":false,"next_cursor":null})");
  unknown.outcome = AttemptOutcome::succeeded;
  EXPECT_NE(page(Page<Attempt>{.rows = {unknown}, .next_cursor = {}}).find(R"("next_look_at":null)"),
            std::string::npos)
      << "nobody looks at it again";
}

TEST(ProvidersResponse, is_a_list_like_all) {
  EXPECT_EQ(providers({}), R"({"data":[],"has_more":false,"next_cursor":null})");
  EXPECT_EQ(providers({{.name = "stripe",
                        .state = ProviderHealth::State::down,
                        .in_flight = 3,
                        .waiting = 4,
                        .concurrency = 256,
                        .deadline = std::chrono::seconds(10),
                        .last_error = "timed_out"}}),
            R"({"data":[{"name":"stripe","state":"down","at_once":false,"in_flight":3,"waiting":4,)"
            R"("concurrency":256,"deadline_ms":10000,"last_error":"timed_out"}],"has_more":false,)"
            R"("next_cursor":null})");
}

TEST(EventResponse, is_as_the_list_of_events_shows_it) {
  const Event created{.type = EventType::created, .after = pending_payment(), .reason = {}};
  EXPECT_EQ(R"({"data":[)" + event(created) + R"(],"has_more":false,"next_cursor":null})",
            page(Page<Event>{.rows = {created}, .next_cursor = {}}));
}

TEST(PageResponse, of_notifications) {
  const Notification waiting{.id = {3},
                             .payment_id = {7},
                             .sequence = 2,
                             .type = EventType::paid,
                             .client = "shop",
                             .attempts = 4,
                             .last_error = "500",
                             .created_at = noon(),
                             .updated_at = noon() + std::chrono::seconds(1),
                             .due_at = noon() + std::chrono::seconds(9)};
  auto dead = waiting;
  dead.status = NotificationStatus::dead;
  dead.type = EventType::refunded;
  dead.client = {};
  dead.last_error = {};
  const std::string waiting_json =
      R"({"id":3,"payment_id":7,"event":"7-2","type":"payment.paid","client":"shop","status":"pending",)"
      R"("attempts":4,"last_error":"500","next_attempt_at":"2026-01-31T12:00:09.000000Z",)"
      R"("created_at":"2026-01-31T12:00:00.000000Z","updated_at":"2026-01-31T12:00:01.000000Z"})";
  EXPECT_EQ(notification(waiting), waiting_json);
  EXPECT_EQ(
      page(Page<Notification>{.rows = {waiting, dead}, .next_cursor = {}}),
      R"({"data":[)" + waiting_json +
          R"(,{"id":3,"payment_id":7,"event":"7-2","type":"payment.refunded","client":null,"status":"dead",)"
          R"("attempts":4,"last_error":null,"next_attempt_at":null,)"
          R"("created_at":"2026-01-31T12:00:00.000000Z","updated_at":"2026-01-31T12:00:01.000000Z"}],)"
          R"("has_more":false,"next_cursor":null})");
}

TEST(Welcome, says_who_and_which_version) {
  EXPECT_EQ(welcome(),
            R"({"service":"PaymentMicroservice","status":"running","version":")" PAY_VERSION R"("})");
  EXPECT_EQ(healthy(), R"({"status":"ok"})");
}

}  // namespace
}  // namespace pay::view
