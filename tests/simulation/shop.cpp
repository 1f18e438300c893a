#include "simulation/shop.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

namespace pay::test {
namespace {

constexpr std::int64_t total = 10'000;
constexpr auto card = R"({{"cardNumber":"{}","cardCode":"123","expirationDate":"2035-01"}})";
constexpr auto approved = "4242424242424242";
constexpr auto declined = "4000000000009995";
/// Far more than chance needs: a service that never answers ends the test.
constexpr int most_tries = 200;

std::int64_t cents(const boost::json::value& amount) {
  return std::llround(amount.to_number<double>() * 100);
}

std::string decimal(std::int64_t amount) {
  return fmt::format("{}.{:02}", amount / 100, amount % 100);
}

}  // namespace

Known known_from(std::string_view payment_json) {
  const auto json = boost::json::parse(payment_json);
  return {.status = std::string(json.at("status").as_string()),
          .captured = cents(json.at("captured_amount")),
          .refunded = cents(json.at("refunded_amount")),
          .version = json.at("version").as_int64()};
}

Shop::Shop(unsigned short port, std::string name, std::uint32_t seed)
    : client_(port), name_(std::move(name)), random_(seed) {}

bool Shop::chance(unsigned percent) {
  return between(0, 99) < percent;
}

std::int64_t Shop::between(std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
}

http::RawAnswer Shop::ask(std::string_view method, std::string_view path, std::string_view body,
                          std::string_view key) {
  const auto request = fmt::format(
      "{} {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}",
      method, path, key.empty() ? "" : fmt::format("Idempotency-Key: {}\r\n", key), body.size(), body);
  for (int i = 0; i < most_tries; ++i) {
    client_.send(request);
    auto answer = client_.receive();
    if (answer.status != 503) return answer;
    EXPECT_TRUE(answer.header("Retry-After")) << answer.head;
    EXPECT_EQ(answer.body.find("injected"), std::string::npos)
        << "what went wrong inside is nobody's business";
    ++retries_;
  }
  ADD_FAILURE() << method << " " << path << " was never answered";
  return {};
}

std::string Shop::post(std::string path, std::string body, int status) {
  Post made{.path = std::move(path),
            .body = std::move(body),
            .key = fmt::format("{}-{}", name_, ++keys_),
            .status = status};
  auto answer = ask("POST", made.path, made.body, made.key);
  EXPECT_EQ(answer.status, status) << made.path << " " << made.body << ": " << answer.body;
  made.answer = answer.body;
  posts_.push_back(std::move(made));
  return answer.body;
}

void Shop::sell() {
  const bool manual = chance(40);
  const auto created =
      post("/payments",
           fmt::format(R"({{"user_id":1,"order_id":{},"total_amount":{},"capture_method":"{}"}})",
                       between(1, 1000), decimal(total), manual ? "manual" : "automatic"),
           201);
  const auto id = boost::json::parse(created).at("id").as_int64();
  Known known;
  EXPECT_FALSE(ledger_.contains(id)) << "payment " << id << " was created twice";
  if (chance(30)) {
    post(fmt::format("/payments/{}/process", id), fmt::format(card, declined), 402);
    ++known.version;
  }
  if (chance(90)) process(id, known, manual);
  if (known.status == "authorized") go_on_from_authorized(id, known);
  while ((known.status == "paid" || known.status == "partially_refunded") && chance(40))
    refund_part(id, known);
  if (chance(15)) undo(id, known);
  if (chance(20)) EXPECT_EQ(look_at(id), known) << "payment " << id;
  ledger_[id] = known;
}

void Shop::process(std::int64_t payment, Known& known, bool manual) {
  post(fmt::format("/payments/process/{}", payment), fmt::format(card, approved), 200);
  ++known.version;
  known.status = manual ? "authorized" : "paid";
  known.captured = manual ? 0 : total;
  if (chance(20)) post(fmt::format("/payments/{}/process", payment), fmt::format(card, approved), 200);
}

void Shop::go_on_from_authorized(std::int64_t payment, Known& known) {
  if (chance(30)) return;
  ++known.version;
  if (chance(30)) {
    post(fmt::format("/payments/{}/cancel", payment), R"({"reason":"out of stock"})", 200);
    known.status = "canceled";
    return;
  }
  known.captured = between(1, total);
  known.status = "paid";
  post(fmt::format("/payments/{}/capture", payment),
       fmt::format(R"({{"amount":{}}})", decimal(known.captured)), 200);
}

void Shop::refund_part(std::int64_t payment, Known& known) {
  const auto left = known.captured - known.refunded;
  const auto amount = between(1, left);
  post(fmt::format("/payments/{}/refund", payment), fmt::format(R"({{"amount":{}}})", decimal(amount)), 200);
  known.refunded += amount;
  known.status = amount == left ? "refunded" : "partially_refunded";
  ++known.version;
  ++refunds_;
}

void Shop::undo(std::int64_t payment, Known& known) {
  const auto answer = ask("DELETE", fmt::format("/payments/{}", payment), {}, {});
  EXPECT_EQ(answer.status, 200) << answer.body;
  if (known.status == "canceled" || known.status == "refunded") return;
  ++known.version;
  if (known.captured > 0) {
    known.refunded = known.captured;
    known.status = "refunded";
    ++refunds_;
  } else {
    known.status = "canceled";
  }
}

std::int64_t Shop::create_paid() {
  const auto created = post("/payments", R"({"user_id":1,"order_id":1,"total_amount":100})", 201);
  const auto id = boost::json::parse(created).at("id").as_int64();
  post(fmt::format("/payments/{}/process", id), fmt::format(card, approved), 200);
  return id;
}

bool Shop::race_for_refund(std::int64_t payment) {
  const auto answer = ask("POST", fmt::format("/payments/{}/refund", payment), R"({"amount":7})",
                          fmt::format("{}-{}", name_, ++keys_));
  EXPECT_TRUE(answer.status == 200 || answer.status == 409) << answer.body;
  if (answer.status == 200) ++refunds_;
  return answer.status == 200;
}

void Shop::repeat_something() {
  if (posts_.empty()) return;
  const auto& made = posts_.at(static_cast<std::size_t>(between(0, std::ssize(posts_) - 1)));
  const auto again = ask("POST", made.path, made.body, made.key);
  EXPECT_EQ(again.status, made.status) << made.path;
  EXPECT_EQ(again.body, made.answer) << made.path;
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true") << made.path;
}

Known Shop::look_at(std::int64_t payment) {
  const auto answer = ask("GET", fmt::format("/payments/{}", payment), {}, {});
  EXPECT_EQ(answer.status, 200) << "payment " << payment;
  return answer.status == 200 ? known_from(answer.body) : Known{};
}

}  // namespace pay::test
