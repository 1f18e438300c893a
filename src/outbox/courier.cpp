#include "outbox/courier.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/sort_unique.hpp"

namespace pay {
namespace {

/// The events of notifications that stand in the same order.
class EventsInOrder {
 public:
  explicit EventsInOrder(std::span<const Event> events) : rest_(events) {}

  const Event* find(const Notification& notification) {
    const auto found = std::ranges::find_if(rest_, [&](const Event& event) {
      return event.after.id == notification.payment_id && event.after.version == notification.sequence;
    });
    if (found == rest_.end()) return nullptr;
    rest_ = rest_.subspan(static_cast<std::size_t>(found - rest_.begin()));
    return &*found;
  }

 private:
  std::span<const Event> rest_;
};

}  // namespace

std::shared_ptr<Courier> Courier::create(Relay::Surroundings surroundings, Relay::Options options,
                                         Habits habits) {
  const std::shared_ptr<Courier> courier(
      new Courier(std::move(surroundings), std::move(options), std::move(habits)));
  courier->settler_ = std::make_shared<Settler>(
      courier->around_.settle,
      [weak = std::weak_ptr(courier)](std::span<const Settlement> settlements) {
        if (const auto self = weak.lock()) self->on_saved(settlements);
      },
      courier->habits_.nudge, courier->habits_.now);
  return courier;
}

Courier::Courier(Relay::Surroundings surroundings, Relay::Options options, Habits habits)
    : around_(std::move(surroundings)),
      options_(std::move(options)),
      habits_(std::move(habits)),
      random_(habits_.seed) {}

void Courier::on_commit(std::span<const Notification> notifications, std::span<const Event> events,
                        std::chrono::nanoseconds took) {
  const auto now = habits_.now();
  const bool has_room = settler_->backlog() < most_unsettled;
  bool something_is_due = false;
  EventsInOrder in_order(events);
  Lane::Turn turn;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& notification : notifications) {
      if (notification.due_at <= notification.created_at) something_is_due = true;
      if (notification.type != EventType::paid || !has_room || stopped_) continue;
      auto& lane = lane_of(notification.client);
      const auto* event = lane.takes_first() ? in_order.find(notification) : nullptr;
      if (event == nullptr) continue;
      auto errand = first_errand(notification, *event, now, took);
      const bool is_late = errand.begin_by <= now;
      if (is_late || !held_.insert(notification.id).second) continue;
      first_tries_.begin(key_of(notification), now + options_.inline_time);
      lane.add(std::move(errand));
      begin(lane, now, turn);
    }
  }
  carry_out(std::move(turn));
  if (something_is_due) habits_.wake();
}

/// Its lease counts from before the commit, which may have taken long: others must not find it in the middle
/// of a try.
Errand Courier::first_errand(const Notification& notification, const Event& event, Moment now,
                             std::chrono::nanoseconds took) const {
  const auto ours_until = now - took + (notification.due_at - notification.created_at);
  return {.notification = notification,
          .event = event,
          .is_first = true,
          .begin_by = std::min(now + options_.inline_time, ours_until - options_.inline_time)};
}

void Courier::after_first_try(PaymentId payment, std::int64_t sequence, FirstTries::Done done) {
  first_tries_.wait({.payment = payment, .sequence = sequence}, std::move(done));
}

std::vector<OutboxStore::Ask> Courier::begin_claim(std::span<const std::string> waiting) {
  auto audience = around_.list_audience();
  audience.insert(audience.end(), waiting.begin(), waiting.end());
  sort_unique(audience);
  const auto now = habits_.now();
  std::vector<OutboxStore::Ask> asks;
  const bool has_room = settler_->backlog() < most_unsettled;
  const std::lock_guard lock(mutex_);
  is_claiming_ = true;
  if (!has_room || stopped_) return asks;
  forget_lanes_beside(audience);
  for (const auto& client : audience) {
    if (const auto room = lane_of(client).room(now); room > 0) asks.push_back({client, room});
  }
  return asks;
}

void Courier::take(std::span<const OutboxStore::Ask> asks, std::vector<Claimed> claimed, Moment ours_until) {
  const auto now = habits_.now();
  std::unordered_map<std::string_view, std::size_t> counts;
  for (const auto& claim : claimed) ++counts[claim.notification.client];
  Lane::Turn turn;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& ask : asks) lane_of(ask.client).outbox_has_more(counts[ask.client] >= ask.limit);
    counts.clear();
    for (auto& [notification, event, claim] : claimed) {
      if (settled_meanwhile_.contains(notification.id) || !held_.insert(notification.id).second) continue;
      auto& lane = lane_of(notification.client);
      lane.add({.notification = std::move(notification),
                .event = std::move(event),
                .claim = std::move(claim),
                .begin_by = ours_until - options_.timeout});
    }
    is_claiming_ = false;
    settled_meanwhile_.clear();
    for (const auto& ask : asks) begin(lane_of(ask.client), now, turn);
  }
  carry_out(std::move(turn));
}

void Courier::look_after() {
  const auto now = habits_.now();
  first_tries_.expire(now);
  settler_->look_after();
  Lane::Turn turn;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [client, lane] : lanes_) begin(lane, now, turn);
  }
  carry_out(std::move(turn));
}

Moment Courier::next_look() {
  // Those that are not known yet end at the earliest when those of now would.
  auto next = habits_.now() + std::max(options_.inline_time, std::chrono::milliseconds(10));
  for (const auto moment : {first_tries_.next_deadline(), settler_->next_look()}) {
    if (moment) next = std::min(next, *moment);
  }
  return next;
}

void Courier::stop() {
  std::vector<Settlement> released;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (auto& [client, lane] : lanes_) {
      for (const auto& errand : lane.clear()) {
        released.push_back({.id = errand.notification.id,
                            .kind = Settlement::Kind::released,
                            .at = around_.clock.now(),
                            .claim = errand.claim});
      }
    }
  }
  first_tries_.close();
  settler_->close(std::move(released));
}

void Courier::forget_lanes_beside(std::span<const std::string> audience) {
  if (lanes_.size() <= audience.size()) return;
  const std::unordered_set<std::string_view> names(audience.begin(), audience.end());
  std::erase_if(lanes_,
                [&](const auto& lane) { return lane.second.is_idle() && !names.contains(lane.first); });
}

Lane& Courier::lane_of(const std::string& client) {
  const Lane::Limits limits{.concurrency = options_.concurrency, .quick_time = options_.inline_time};
  return lanes_.try_emplace(client, limits).first->second;
}

void Courier::begin(Lane& lane, Moment now, Lane::Turn& turn) {
  if (stopped_) return;
  const auto left_before = turn.left.size();
  lane.begin(now, turn);
  for (auto at = left_before; at < turn.left.size(); ++at) held_.erase(turn.left[at].notification.id);
}

void Courier::carry_out(Lane::Turn turn) {
  end_waits_for(turn.left);
  send(std::move(turn.begun));
}

void Courier::end_waits_for(const std::vector<Errand>& left) {
  for (const auto& errand : left) {
    if (errand.is_first) first_tries_.over(key_of(errand.notification));
  }
}

void Courier::on_saved(std::span<const Settlement> settlements) {
  const std::lock_guard lock(mutex_);
  for (const auto& settlement : settlements) {
    held_.erase(settlement.id);
    if (is_claiming_) settled_meanwhile_.insert(settlement.id);
  }
}

}  // namespace pay
