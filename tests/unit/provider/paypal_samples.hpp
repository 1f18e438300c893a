#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

#include "model/money.hpp"
#include "provider/paypal/wire.hpp"
#include "support/fake_clock.hpp"

/// What the tests of PayPal's adapter share: instructions, PayPal's answers, and a client that answers when
/// it is told to.
namespace pay::test {

inline Currency currency(std::string_view code) {
  return *Currency::find(code);
}

/// Authorizes 10.50 CAD of payment 1001 by a saved card, and takes it at once.
inline Instruction charge() {
  Attempt attempt;
  attempt.id = {7};
  attempt.payment_id = {1001};
  attempt.provider = "paypal";
  attempt.created_at = start_of_tests;
  attempt.call = ProviderCall{.amount_minor = 1050, .captures = true};
  attempt.call->source = {.kind = KeptSource::Kind::card_token, .token = "VAULT-1"};
  Instruction instruction{.attempt = std::move(attempt), .currency = currency("CAD"), .order_id = {5}};
  instruction.return_url = "https://pay.example/payments/1001/return?attempt=k";
  return instruction;
}

/// The same by PayPal's page.
inline Instruction by_page() {
  auto instruction = charge();
  instruction.attempt.call->source = {.kind = KeptSource::Kind::wallet, .wallet = WalletName::paypal};
  return instruction;
}

inline Instruction follow_up(AttemptKind kind, std::string about, std::int64_t amount_minor = 1050) {
  auto instruction = charge();
  instruction.attempt.kind = kind;
  instruction.attempt.call = ProviderCall{.amount_minor = amount_minor, .about = std::move(about)};
  return instruction;
}

/// An order of `charge`, with what it needs beside.
inline std::string order(std::string_view status, std::string_view payments = "{}",
                         std::string_view more = R"("links":[])") {
  return fmt::format(
      R"({{"id":"ORDER1","intent":"CAPTURE","status":"{}","purchase_units":[{{"custom_id":"1001",)"
      R"("amount":{{"currency_code":"CAD","value":"10.50"}},"payments":{}}}],{}}})",
      status, payments, more);
}

inline std::string capture_of(std::string_view status, std::string_view value = "10.50",
                              std::string_view more = "") {
  return fmt::format(R"({{"id":"CAPTURE1","status":"{}","amount":{{"currency_code":"CAD","value":"{}"}}{}}})",
                     status, value, more);
}

inline std::string with_capture(std::string_view capture) {
  return fmt::format(R"({{"captures":[{}]}})", capture);
}

inline std::string refusal(std::string_view issue) {
  return fmt::format(R"({{"name":"UNPROCESSABLE_ENTITY","details":[{{"issue":"{}"}}]}})", issue);
}

inline http::CallOutcome answer(int status, std::string body) {
  return http::Answer{.status = status, .body = std::move(body)};
}

inline const FakeClock noon;

/// `succeeded CAPTURE1`, `declined expired_card`, `GET /v2/…`: what comes after an answer, in one line.
inline std::string in_words(const Step& step) {
  if (const auto* request = std::get_if<ProviderRequest>(&step))
    return fmt::format("{} {}", request->method, request->path);
  const auto& outcome = std::get<Outcome>(step);
  std::string words(name(outcome));
  const auto add = [&words](std::string_view more) {
    if (!more.empty()) words += fmt::format(" {}", more);
  };
  if (const auto* done = std::get_if<Succeeded>(&outcome)) add(done->reference);
  if (const auto* declined = std::get_if<Declined>(&outcome)) add(declined->decline_code);
  if (const auto* waits = std::get_if<ActionRequired>(&outcome)) add(waits->url), add(waits->reference);
  if (const auto* pending = std::get_if<Pending>(&outcome)) add(pending->reference);
  if (const auto* unknown = std::get_if<Unknown>(&outcome)) add(unknown->reference);
  return words;
}

struct Case {
  int status;
  std::string body;
  std::string_view expected;
};

inline void expect_after(const Instruction& instruction, const ProviderRequest& asked,
                         const std::vector<Case>& cases) {
  for (const auto& [status, body, expected] : cases)
    EXPECT_EQ(in_words(paypal::PayPalWire{noon}.next(instruction, asked, answer(status, body))), expected)
        << status << ' ' << body;
}

/// Keeps what it is to send until `reply`.
class WaitingClient final : public http::Client {
 public:
  void send(std::vector<Call>& calls) override {
    for (auto& call : calls) waiting.push_back(std::move(call));
    sent += calls.size();
    calls.clear();
  }
  void stop() override {}

  /// Answers the oldest.
  void reply(http::CallOutcome outcome) {
    auto call = std::move(waiting.front());
    waiting.erase(waiting.begin());
    call.done(std::move(outcome));
  }

  std::vector<Call> waiting;
  std::size_t sent = 0;
};

}  // namespace pay::test
