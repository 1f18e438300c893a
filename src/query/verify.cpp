#include "query/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "model/transitions.hpp"

namespace pay {
namespace {

constexpr std::size_t page_size = 1000;

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

void check_attempts(const Payment& row, std::span<const Event> events, std::span<const Attempt> attempts,
                    Findings& findings) {
  const auto succeeded = std::ranges::count(attempts, AttemptOutcome::succeeded, &Attempt::outcome);
  const auto declined = std::ranges::count(attempts, AttemptOutcome::declined, &Attempt::outcome);
  const auto declines = std::ranges::count(events, EventType::declined, &Event::type);
  // An adopted payment was paid before there were attempts: it has no method.
  const bool charged_here = row.method.has_value();
  findings.expect(succeeded == (charged_here ? 1 : 0),
                  fmt::format("{} attempts succeeded where {} was needed", succeeded, charged_here ? 1 : 0));
  findings.expect(declined == declines, "its declined attempts are not its declined events");
}

/// Rows of one payment out of rows of many, both in ascending order.
template <class Row, class IdOf>
std::span<const Row> take_own(std::span<const Row> rows, PaymentId payment, IdOf id_of) {
  const auto first = std::ranges::lower_bound(rows, payment, {}, id_of);
  const auto last = std::ranges::upper_bound(rows, payment, {}, id_of);
  return {first, last};
}

class Verification {
 public:
  Verification(ReadStore& store, const std::function<void(const std::string&)>& report)
      : store_(store), report_(report) {}

  VerifyCounts run() {
    PaymentId after{std::numeric_limits<std::int64_t>::min()};
    while (true) {
      const auto page = store_.scan_payments(after, page_size);
      if (page.empty()) break;
      check_page(page);
      after = page.back().id;
    }
    check_keys();
    if (const auto orphans = store_.count_orphans()) {
      tell(fmt::format("{} events, attempts or refunds belong to no payment", orphans));
    }
    return counts_;
  }

 private:
  void tell(const std::string& line) {
    ++counts_.problems;
    report_(line);
  }

  void check_page(const std::vector<Payment>& page) {
    const auto first = page.front().id;
    const auto last = page.back().id;
    const auto all_events = store_.scan_events(first, last);
    const auto all_attempts = store_.scan_attempts(first, last);
    const auto all_refunds = store_.scan_refunds(first, last);
    const std::span<const Event> events(all_events);
    const std::span<const Attempt> attempts(all_attempts);
    const std::span<const Refund> refunds(all_refunds);
    for (const auto& payment : page) {
      const auto own_events = take_own(events, payment.id, [](const Event& e) { return e.after.id; });
      const auto own_attempts = take_own(attempts, payment.id, &Attempt::payment_id);
      const auto own_refunds = take_own(refunds, payment.id, &Refund::payment_id);
      for (const auto& line : check_payment(payment, own_events, own_attempts, own_refunds)) tell(line);
    }
    counts_.payments += page.size();
    counts_.events += all_events.size();
    counts_.attempts += all_attempts.size();
    counts_.refunds += all_refunds.size();
  }

  void check_keys() {
    IdempotencyKey after;
    while (true) {
      const auto page = store_.scan_keys(after, page_size);
      if (page.empty()) return;
      std::vector<PaymentId> ids;
      ids.reserve(page.size());
      for (const auto& record : page) ids.push_back(record.payment);
      auto payments = store_.find_payments(ids);
      std::ranges::sort(payments, {}, &Payment::id);
      for (const auto& record : page) check_key(record, payments);
      counts_.keys += page.size();
      after = page.back().key;
    }
  }

  void check_key(const KeyRecord& record, const std::vector<Payment>& payments) {
    if (record.payment.value == 0) return;
    const auto at = std::ranges::lower_bound(payments, record.payment, {}, &Payment::id);
    const bool holds = at != payments.end() && at->id == record.payment && record.sequence >= 1 &&
                       record.sequence <= at->version;
    if (!holds) {
      tell(fmt::format("a key refers to event {}-{}, which does not exist", record.payment.value,
                       record.sequence));
    }
  }

  ReadStore& store_;
  const std::function<void(const std::string&)>& report_;
  VerifyCounts counts_;
};

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
  return findings.take();
}

VerifyCounts verify(ReadStore& store, const std::function<void(const std::string&)>& report) {
  store.begin_snapshot();
  auto counts = Verification(store, report).run();
  store.end_snapshot();
  return counts;
}

}  // namespace pay
