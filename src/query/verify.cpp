#include "query/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace pay {
namespace {

constexpr std::size_t page_size = 1000;

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

VerifyCounts verify(ReadStore& store, const std::function<void(const std::string&)>& report) {
  store.begin_snapshot();
  auto counts = Verification(store, report).run();
  store.end_snapshot();
  return counts;
}

}  // namespace pay
