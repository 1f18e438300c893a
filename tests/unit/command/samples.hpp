#pragma once

#include <fmt/format.h>

#include <ostream>
#include <string>

#include "command/batch.hpp"
#include "command/fingerprint.hpp"
#include "support/fake_clock.hpp"

namespace pay {

inline void PrintTo(ErrorCode code, std::ostream* out) {
  *out << name(code);
}
inline void PrintTo(Status status, std::ostream* out) {
  *out << name(status);
}
inline void PrintTo(const Payment& payment, std::ostream* out) {
  *out << "payment " << payment.id.value << " v" << payment.version << " " << name(payment.status) << " "
       << payment.authorized_minor << "/" << payment.captured_minor << "/" << payment.refunded_minor;
}

}  // namespace pay

/// Payments and commands with only what a test cares about to be said.
namespace pay::test {

using namespace std::chrono_literals;

/// Counts what is drawn: an id that nobody needed leaves a gap.
class CountingIds final : public IdSource {
 public:
  PaymentId next_payment_id() override { return {++payments}; }
  RefundId next_refund_id() override { return {++refunds}; }
  AttemptId next_attempt_id() override { return {++attempts}; }
  NotificationId next_notification_id() override { return {++notifications}; }

  std::int64_t payments = 0;
  std::int64_t refunds = 0;
  std::int64_t attempts = 0;
  std::int64_t notifications = 0;
};

/// The same choices for every payment.
class FixedRouting final : public Routing {
 public:
  [[nodiscard]] std::vector<Choice> choices(const Payment&, const KeptSource&) const override {
    return its_choices;
  }
  std::vector<Choice> its_choices;
};

/// What decisions are made in: a moment, the usual lifetimes, fresh ids, nobody to tell and nobody to ask
/// unless a test says so.
struct World {
  FakeClock clock;
  Lifetimes lifetimes;
  CountingIds ids;
  std::optional<Telling> telling;
  FixedRouting routing;
  Asking asking{.public_url = "https://pay.test"};

  /// Providers with outside effects, in order of preference; `simulator` is the one without.
  void ask(const std::vector<std::string>& providers) {
    routing.its_choices.clear();
    for (const auto& provider : providers)
      routing.its_choices.push_back({.provider = provider, .at_once = provider == "simulator"});
    asking.routing = &routing;
  }
  [[nodiscard]] Situation situation() {
    return {.now = clock.now(),
            .lifetimes = lifetimes,
            .ids = ids,
            .telling = telling ? &*telling : nullptr,
            .asking = &asking,
            .may_ask = true};
  }
};

inline Decimal amount(std::string_view text) {
  return *Decimal::parse(text);
}

inline const Currency cad = *Currency::find("CAD");
inline constexpr std::int64_t total = 10'000;  ///< 100.00 CAD, of every sample
inline constexpr std::int64_t part = 4'000;    ///< what a partially refunded sample has given back

/// A payment as it is after the way that leads to this status; its last event was a minute ago.
inline Payment payment_in(Status status, CaptureMethod method = CaptureMethod::automatic) {
  Payment payment{.id = {7},
                  .order_id = {11},
                  .user_id = {13},
                  .amount_minor = total,
                  .currency = cad,
                  .capture_method = method,
                  .created_at = start_of_tests - 1h,
                  .status = status,
                  .version = 3,
                  .updated_at = start_of_tests - 1min};
  const bool is_open = status <= Status::authorized;
  const bool is_captured = status >= Status::paid && status <= Status::refunded;
  if (is_open) payment.expires_at = start_of_tests;
  if (status == Status::authorized || is_captured) {
    payment.authorized_minor = total;
    payment.method = PaymentMethod{.brand = Brand::visa, .last4 = "4242", .expiry = {2030, 1}};
  }
  if (is_captured) payment.captured_minor = total;
  if (status == Status::partially_refunded) payment.refunded_minor = part;
  if (status == Status::refunded) payment.refunded_minor = total;
  return payment;
}

inline constexpr AttemptId open_id{41};

/// The same at a provider with outside effects, with its attempt of this kind open, if any.
inline Payment payment_at_provider(Status status, bool is_open = true,
                                   CaptureMethod method = CaptureMethod::automatic) {
  auto payment = payment_in(status, method);
  const bool is_tried = status == Status::processing || status == Status::requires_action;
  payment.custody = Custody{
      .provider = "bank", .reference = is_tried ? "" : "auth_1", .open = is_open ? open_id : AttemptId{}};
  if (is_tried) payment.expires_at.reset();
  if (status == Status::requires_action)
    payment.next_action = NextAction{.url = "https://bank.test/go", .expires_at = start_of_tests + 1h};
  return payment;
}

inline Attempt open_attempt_of(AttemptKind kind, std::int64_t amount_minor = total) {
  Attempt attempt{
      .id = open_id, .payment_id = {7}, .kind = kind, .provider = "bank", .created_at = start_of_tests - 1s};
  attempt.call = ProviderCall{.amount_minor = amount_minor,
                              .about = kind == AttemptKind::authorize ? "" : "auth_1",
                              .reason = "why",
                              .waiting = IdempotencyKey{"shop", "k"}};
  if (kind == AttemptKind::refund) attempt.call->refund = {5};
  if (kind == AttemptKind::authorize)
    attempt.call->source = {.kind = KeptSource::Kind::card_token, .token = "pm_1"};
  return attempt;
}

inline CreatePayment create(std::int64_t order = 11, std::string_view how_much = "100.00") {
  return {.order_id = {order}, .user_id = {13}, .amount = amount(how_much), .currency = cad};
}

inline const PaymentMethod visa_4242{.brand = Brand::visa, .last4 = "4242", .expiry = {2030, 1}};

inline ProcessPayment process(PaymentId id = {7}, std::string_view outline = "visa 424242 4242 2030-1") {
  ProcessPayment command{.id = id,
                         .source = {.kind = KeptSource::Kind::raw_card},
                         .outline = std::string(outline),
                         .at_once_provider = "simulator"};
  command.at_once = Answer{Approved{visa_4242}};
  return command;
}

inline ProcessPayment declined_process(PaymentId id = {7}) {
  auto command = process(id, "visa 400000 9995 2030-1");
  command.at_once = Answer{Declined{"insufficient_funds"}};
  return command;
}

/// With a token that only a provider with outside effects knows.
inline ProcessPayment token_process(PaymentId id = {7}, std::string_view token = "pm_1") {
  return {.id = id,
          .source = {.kind = KeptSource::Kind::card_token, .token = std::string(token)},
          .outline = fmt::format("card_token {}", token)};
}

inline RefundPayment refund_of(std::string_view how_much, PaymentId id = {7}) {
  return {.id = id, .amount = amount(how_much)};
}

inline Job with_key(Command command, std::string key, std::string client = {}) {
  const auto print = fingerprint(command);
  return {.command = std::move(command),
          .protection =
              Protection{.key = {.client = std::move(client), .key = std::move(key)}, .fingerprint = print}};
}

inline Job without_key(Command command) {
  return {.command = std::move(command)};
}

/// Of somebody who can ask a provider.
inline Job asking(Job job) {
  job.may_ask = true;
  return job;
}

inline Job of_client(std::string client, Job job) {
  job.scope = std::move(client);
  return job;
}

}  // namespace pay::test
