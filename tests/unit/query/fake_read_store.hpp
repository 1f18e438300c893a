#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "storage/store.hpp"

namespace pay::test {

/// What a FakeReadStore answers and what it was asked, shared with the test. Hooks run on the reader's
/// thread; what they throw, the call throws.
struct Shelf {
  std::function<void()> on_call = [] {};
  std::vector<Payment> payments;
  std::vector<Event> events;
  std::vector<Attempt> attempts;
  std::vector<Refund> refunds;
  std::vector<Notification> notifications;
  std::vector<KeyRecord> keys;
  std::vector<Expired> expired;  ///< ascending
  std::size_t orphans = 0;

  // What was asked. Read once the answers have arrived.
  std::vector<std::vector<std::int64_t>> found;
  std::int64_t listed_from = -1;
  std::size_t limit = 0;
  PaymentFilter payment_filter;
  AttemptFilter attempt_filter;
  NotificationFilter notification_filter;
  int snapshots = 0;
};

class FakeReadStore final : public ReadStore {
 public:
  explicit FakeReadStore(Shelf& shelf) : shelf_(shelf) {}

  std::vector<Payment> find_payments(std::span<const PaymentId> ids) override {
    shelf_.on_call();
    auto& asked = shelf_.found.emplace_back();
    for (const auto id : ids) asked.push_back(id.value);
    std::vector<Payment> found;
    // In no particular order: here backwards.
    for (auto at = shelf_.payments.rbegin(); at != shelf_.payments.rend(); ++at) {
      if (std::ranges::find(ids, at->id) != ids.end()) found.push_back(*at);
    }
    return found;
  }
  Slice<Payment> list_payments(const PaymentFilter& filter, std::int64_t before, std::size_t limit) override {
    note(before, limit);
    shelf_.payment_filter = filter;
    return {.rows = shelf_.payments, .has_more = true, .next = 5};
  }
  std::optional<Slice<Event>> list_events(PaymentId payment, std::int64_t after, std::size_t limit) override {
    note(after, limit);
    if (!knows(payment)) return std::nullopt;
    return Slice<Event>{.rows = shelf_.events, .has_more = true, .next = 2};
  }
  std::optional<Slice<Attempt>> list_attempts(PaymentId payment, std::int64_t after,
                                              std::size_t limit) override {
    note(after, limit);
    if (!knows(payment)) return std::nullopt;
    Slice<Attempt> slice;
    for (const auto& attempt : shelf_.attempts) {
      const auto position = attempt.created_at.time_since_epoch().count();
      if (attempt.payment_id != payment || position <= after) continue;
      slice.has_more = slice.rows.size() == limit;
      if (slice.has_more) break;
      slice.rows.push_back(attempt);
      slice.next = position;
    }
    return slice;
  }
  Slice<Attempt> list_all_attempts(const AttemptFilter& filter, std::int64_t before,
                                   std::size_t limit) override {
    note(before, limit);
    shelf_.attempt_filter = filter;
    return {.rows = shelf_.attempts, .has_more = true, .next = 5};
  }
  std::optional<Attempt> find_attempt(AttemptId id) override {
    shelf_.on_call();
    const auto found = std::ranges::find(shelf_.attempts, id, &Attempt::id);
    return found == shelf_.attempts.end() ? std::nullopt : std::optional(*found);
  }
  std::optional<Refunds> list_refunds(PaymentId payment, std::int64_t after, std::size_t limit) override {
    note(after, limit);
    if (!knows(payment)) return std::nullopt;
    return Refunds{.slice = {}, .currency = *Currency::find("JPY")};
  }
  Slice<Notification> list_notifications(const NotificationFilter& filter, std::int64_t before,
                                         std::size_t limit) override {
    note(before, limit);
    shelf_.notification_filter = filter;
    return {.rows = shelf_.notifications, .has_more = true, .next = 5};
  }
  std::vector<Expired> list_expired(Timestamp now, const Expired& after, std::size_t limit) override {
    shelf_.on_call();
    auto found = above(shelf_.expired, after, limit, std::identity{});
    std::erase_if(found, [now](const Expired& one) { return one.at > now; });
    return found;
  }
  void ping() override { shelf_.on_call(); }

  void begin_snapshot() override { ++shelf_.snapshots; }
  void end_snapshot() override { --shelf_.snapshots; }
  std::vector<Payment> scan_payments(PaymentId after, std::size_t limit) override {
    return above(shelf_.payments, after, limit, &Payment::id);
  }
  std::vector<Event> scan_events(PaymentId, PaymentId) override { return shelf_.events; }
  std::vector<Refund> scan_refunds(PaymentId, PaymentId) override { return shelf_.refunds; }
  std::vector<Attempt> scan_attempts(PaymentId, PaymentId) override { return shelf_.attempts; }
  std::vector<KeyRecord> scan_keys(const IdempotencyKey& after, std::size_t limit) override {
    return above(shelf_.keys, after, limit, &KeyRecord::key);
  }
  std::size_t count_orphans() override { return shelf_.orphans; }

 private:
  void note(std::int64_t from, std::size_t limit) {
    shelf_.on_call();
    shelf_.listed_from = from;
    shelf_.limit = limit;
  }
  [[nodiscard]] bool knows(PaymentId id) const {
    return std::ranges::find(shelf_.payments, id, &Payment::id) != shelf_.payments.end();
  }
  template <class Row, class Position, class PositionOf>
  static std::vector<Row> above(const std::vector<Row>& rows, const Position& after, std::size_t limit,
                                PositionOf position_of) {
    auto first = std::ranges::upper_bound(rows, after, {}, position_of);
    const auto size = std::min(limit, static_cast<std::size_t>(rows.end() - first));
    return {first, first + static_cast<std::ptrdiff_t>(size)};
  }

  Shelf& shelf_;
};

}  // namespace pay::test
