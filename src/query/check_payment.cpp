#include <fmt/format.h>

#include <algorithm>

#include "model/transitions.hpp"
#include "query/verify.hpp"

namespace pay {
namespace {

/// Collects what does not hold.
class Findings {
 public:
  explicit Findings(PaymentId payment) : payment_(payment) {}
  void expect(bool holds, std::string_view otherwise) {
    if (!holds) lines_.push_back(fmt::format("payment {}: {}", payment_.value, otherwise));
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(lines_); }

 private:
  PaymentId payment_;
  std::vector<std::string> lines_;
};

bool is_in_table(Status from, const Event& event) {
  return std::ranges::any_of(transitions(), [&](const Transition& row) {
    return row.from == from && row.to == event.after.status && row.event == event.type;
  });
}

/// What an event of this type does to the amounts, folded over the state before it.
bool amounts_follow(const Payment& before, const Event& event, std::int64_t amount) {
  const auto& after = event.after;
  const bool same_authorized = after.authorized_minor == before.authorized_minor;
  const bool same_captured = after.captured_minor == before.captured_minor;
  const bool same_refunded = after.refunded_minor == before.refunded_minor;
  switch (event.type) {
    case EventType::paid:
      return after.authorized_minor == amount && same_refunded;
    case EventType::authorized:
      return after.authorized_minor == amount && same_captured && same_refunded;
    case EventType::refunded:
      return same_authorized && same_captured && (!same_refunded || amount <= 0);
    case EventType::created:
    case EventType::declined:
    case EventType::processing:
    case EventType::requires_action:
    case EventType::canceled:
      return same_authorized && same_captured && same_refunded;
  }
  return false;
}

void check_chain(std::span<const Event> events, Findings& findings) {
  const auto amount = events.front().after.amount_minor;
  const Payment nothing{.currency = events.front().after.currency};
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& event = events[i];
    findings.expect(event.after.version == static_cast<std::int64_t>(i) + 1,
                    fmt::format("event {} has sequence {}", i + 1, event.after.version));
    if (i == 0) {
      findings.expect(event.type == EventType::created && event.after.status == Status::pending,
                      "the first event is not its creation");
    }
    const auto& before = i == 0 ? nothing : events[i - 1].after;
    findings.expect(amounts_follow(before, event, amount),
                    fmt::format("the amounts of event {} do not follow from what it is", i + 1));
    if (i == 0) continue;
    findings.expect(event.after.updated_at > before.updated_at,
                    fmt::format("event {} is not later than the one before", i + 1));
    findings.expect(is_in_table(before.status, event),
                    fmt::format("event {} leads from {} to {}, which nothing does", i + 1,
                                name(before.status), name(event.after.status)));
  }
}

void compare_with_row(const Payment& row, const Payment& created, const Payment& last, Findings& findings) {
  findings.expect(row.order_id == created.order_id, "its order is not the one it was created with");
  findings.expect(row.user_id == created.user_id, "its user is not the one it was created with");
  findings.expect(row.amount_minor == created.amount_minor, "its amount is not the one it was created with");
  findings.expect(row.currency == created.currency, "its currency is not the one it was created with");
  findings.expect(row.created_at == created.updated_at, "its time of creation is not its first event's");
  findings.expect(row.version == last.version, "its version is not its last event's");
  findings.expect(row.updated_at == last.updated_at, "its time of change is not its last event's");
  findings.expect(row.status == last.status,
                  fmt::format("its status is {}, its last event's {}", name(row.status), name(last.status)));
  findings.expect(row.authorized_minor == last.authorized_minor,
                  "its authorized amount is not its last event's");
  findings.expect(row.captured_minor == last.captured_minor, "its captured amount is not its last event's");
  findings.expect(row.refunded_minor == last.refunded_minor, "its refunded amount is not its last event's");
  findings.expect(
      row.method == last.method && row.last_error == last.last_error && row.expires_at == last.expires_at,
      "its method, last error or expiry is not its last event's");
  findings.expect(row.next_action == last.next_action, "its next action is not its last event's");
}

/// Only where our own rules made the amount: an adopted row may break them and is kept as it was.
void check_amounts(const Payment& row, std::span<const Refund> refunds, Findings& findings) {
  if (row.amount_minor > 0) {
    findings.expect(row.authorized_minor == 0 || row.authorized_minor == row.amount_minor,
                    "something else than its amount was authorized");
    findings.expect(row.captured_minor <= row.authorized_minor, "more was captured than authorized");
    findings.expect(row.refunded_minor <= row.captured_minor, "more was refunded than captured");
  }
  std::int64_t refunded = 0;
  for (const auto& refund : refunds) {
    if (refund.status == RefundStatus::succeeded) refunded += refund.amount_minor;
  }
  findings.expect(refunded == row.refunded_minor, "its refunds do not add up to its refunded amount");
}

std::ptrdiff_t count_of(std::span<const Attempt> attempts, AttemptOutcome outcome) {
  return std::ranges::count(attempts, outcome, &Attempt::outcome);
}

void check_attempts(const Payment& row, std::span<const Event> events, std::span<const Attempt> attempts,
                    Findings& findings) {
  const auto succeeded = std::ranges::count_if(attempts, [](const Attempt& attempt) {
    return attempt.kind == AttemptKind::authorize && attempt.outcome == AttemptOutcome::succeeded;
  });
  // An adopted payment was paid before there were attempts: it has no method. One that an operator says was
  // paid has none either, but it is at a provider.
  const bool charged_here = row.method || (row.custody && row.authorized_minor > 0);
  findings.expect(succeeded == (charged_here ? 1 : 0),
                  fmt::format("{} attempts succeeded where {} was needed", succeeded, charged_here ? 1 : 0));
  const auto declines = std::ranges::count_if(events, [](const Event& event) {
    const auto& error = event.after.last_error;
    return event.type == EventType::declined && error && error->code == name(ErrorCode::card_declined);
  });
  findings.expect(count_of(attempts, AttemptOutcome::declined) == declines,
                  "its declined attempts are not its declined events");
}

/// While a provider is asked there is one attempt that says what, and the payment knows which.
void check_custody(const Payment& row, std::span<const Attempt> attempts, Findings& findings) {
  const auto open = count_of(attempts, AttemptOutcome::pending) + count_of(attempts, AttemptOutcome::unknown);
  const auto noted = row.custody ? row.custody->open : AttemptId{};
  findings.expect(open == (noted.value == 0 ? 0 : 1),
                  fmt::format("{} attempts are open, and it waits for {}", open, noted.value));
  const auto at = std::ranges::find(attempts, noted, &Attempt::id);
  const bool is_there = at != attempts.end();
  if (is_there) {
    findings.expect(!is_final(at->outcome), "the attempt that it waits for is not open");
    findings.expect(at->call && row.custody && at->provider == row.custody->provider,
                    "the attempt that it waits for is at another provider");
  }
  const bool is_authorized = is_there && at->kind == AttemptKind::authorize;
  const bool is_tried = row.status == Status::processing || row.status == Status::requires_action;
  findings.expect(is_tried == is_authorized, "its status is not that of its open attempt");
  findings.expect(row.next_action.has_value() == (row.status == Status::requires_action),
                  "its next action does not go with its status");
  findings.expect(!row.custody || row.status != Status::pending, "it is pending, and at a provider");
}

/// A refund is pending as long as its attempt is open.
void check_pending_refunds(std::span<const Refund> refunds, std::span<const Attempt> attempts,
                           Findings& findings) {
  std::vector<RefundId> asked;
  for (const auto& attempt : attempts) {
    if (attempt.kind == AttemptKind::refund && attempt.call && !is_final(attempt.outcome))
      asked.push_back(attempt.call->refund);
  }
  std::vector<RefundId> pending;
  for (const auto& refund : refunds) {
    if (refund.status == RefundStatus::pending) pending.push_back(refund.id);
  }
  findings.expect(asked == pending, "its pending refunds are not those that a provider is asked for");
}

}  // namespace

std::vector<std::string> check_payment(const Payment& payment, std::span<const Event> events,
                                       std::span<const Attempt> attempts, std::span<const Refund> refunds) {
  Findings findings(payment.id);
  if (events.empty()) {
    findings.expect(false, "it has no events");
    return findings.take();
  }
  check_chain(events, findings);
  compare_with_row(payment, events.front().after, events.back().after, findings);
  check_amounts(payment, refunds, findings);
  check_attempts(payment, events, attempts, findings);
  check_custody(payment, attempts, findings);
  check_pending_refunds(refunds, attempts, findings);
  return findings.take();
}

}  // namespace pay
