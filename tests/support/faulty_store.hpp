#pragma once

#include <atomic>
#include <random>

#include "storage/store.hpp"

namespace pay::test {

/// How often each thing goes wrong, in percent of the calls it can happen to. Shared by the test and the
/// store.
struct Faults {
  explicit Faults(std::uint32_t seed) : random(seed) {}

  std::atomic<bool> calm = false;  ///< nothing goes wrong any more
  unsigned conflict = 4;
  unsigned unavailable = 3;
  unsigned rejected = 2;
  unsigned lost_before = 2;  ///< the COMMIT's answer is lost, and it did not happen
  unsigned lost_after = 2;   ///< the COMMIT's answer is lost, and it happened
  unsigned silent = 10;      ///< of the looks after a lost COMMIT: the database is not back yet

  // Writer's thread only.
  std::mt19937 random;
  std::size_t injected = 0;

  bool happens(unsigned percent) {
    const bool hit = !calm && std::uniform_int_distribution<unsigned>(0, 99)(random) < percent;
    if (hit) ++injected;
    return hit;
  }
};

/// Writes through another store and breaks the ways a database over a network does, keeping the port's
/// promises.
class FaultyWriteStore final : public WriteStore {
 public:
  FaultyWriteStore(std::unique_ptr<WriteStore> store, Faults& faults)
      : store_(std::move(store)), faults_(faults) {}

  Loaded load(const Wanted& wanted) override {
    if (faults_.happens(faults_.unavailable)) throw StoreUnavailable("injected: no connection");
    if (faults_.happens(faults_.conflict)) throw StoreConflict("injected: deadlock while loading");
    return store_->load(wanted);
  }
  void save(const Changes& changes) override {
    break_before_commit();
    store_->save(changes);
    happened_ = true;
    if (faults_.happens(faults_.lost_after)) throw CommitLost("injected: after the commit");
  }
  void roll_back() override { store_->roll_back(); }
  bool resolve_lost_commit() override {
    if (faults_.happens(faults_.silent)) throw StoreUnavailable("injected: not back yet");
    return happened_;
  }
  std::size_t delete_keys_before(Timestamp time, std::size_t limit) override {
    return store_->delete_keys_before(time, limit);
  }
  std::size_t delete_delivered_before(Timestamp time, std::size_t limit) override {
    return store_->delete_delivered_before(time, limit);
  }
  void keep_house() override { store_->keep_house(); }
  void close() override { store_->close(); }

  PaymentId next_payment_id() override { return store_->next_payment_id(); }
  RefundId next_refund_id() override { return store_->next_refund_id(); }
  AttemptId next_attempt_id() override { return store_->next_attempt_id(); }
  NotificationId next_notification_id() override { return store_->next_notification_id(); }

 private:
  void break_before_commit() {
    happened_ = false;
    if (faults_.happens(faults_.conflict)) return give_up<StoreConflict>("injected: deadlock");
    if (faults_.happens(faults_.unavailable)) return give_up<StoreUnavailable>("injected: connection gone");
    if (faults_.happens(faults_.rejected)) return give_up<StoreRejected>("injected: refused");
    if (faults_.happens(faults_.lost_before)) return give_up<CommitLost>("injected: before the commit");
  }
  template <class Failure>
  void give_up(const char* why) {
    store_->roll_back();
    throw Failure(why);
  }

  std::unique_ptr<WriteStore> store_;
  Faults& faults_;
  bool happened_ = false;
};

/// The connection breaks now and then: before anything is claimed, or after, so that nobody knows of the
/// claims until they are over.
class FaultyOutboxStore final : public OutboxStore {
 public:
  FaultyOutboxStore(std::unique_ptr<OutboxStore> store, Faults& faults)
      : store_(std::move(store)), faults_(faults), random_(std::uint32_t{17}) {}

  std::vector<Claimed> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                             Timestamp now) override {
    if (happens()) throw StoreUnavailable("injected: no connection");
    auto claimed = store_->claim(asks, lease, now);
    if (happens()) throw StoreUnavailable("injected: connection gone");
    return claimed;
  }
  std::vector<std::string> list_waiting() override { return store_->list_waiting(); }

 private:
  /// With dice of its own: the writer's belong to the writer's thread.
  bool happens() {
    return !faults_.calm && std::uniform_int_distribution<unsigned>(0, 99)(random_) < faults_.unavailable;
  }

  std::unique_ptr<OutboxStore> store_;
  Faults& faults_;
  std::mt19937 random_;
};

/// As above, for those who repair.
class FaultyAttemptStore final : public AttemptStore {
 public:
  FaultyAttemptStore(std::unique_ptr<AttemptStore> store, Faults& faults)
      : store_(std::move(store)), faults_(faults), random_(std::uint32_t{19}) {}

  std::vector<ClaimedAttempt> claim(std::span<const Ask> asks, std::chrono::milliseconds lease,
                                    Timestamp now) override {
    if (happens()) throw StoreUnavailable("injected: no connection");
    auto claimed = store_->claim(asks, lease, now);
    if (happens()) throw StoreUnavailable("injected: connection gone");
    return claimed;
  }
  std::vector<std::string> list_providers() override { return store_->list_providers(); }
  void recover(Timestamp now) override { store_->recover(now); }

 private:
  bool happens() {
    return !faults_.calm && std::uniform_int_distribution<unsigned>(0, 99)(random_) < faults_.unavailable;
  }

  std::unique_ptr<AttemptStore> store_;
  Faults& faults_;
  std::mt19937 random_;
};

class FaultyStore final : public Store {
 public:
  FaultyStore(Store& store, Faults& faults) : store_(store), faults_(faults) {}

  std::unique_ptr<WriteStore> open_writer() override {
    return std::make_unique<FaultyWriteStore>(store_.open_writer(), faults_);
  }
  std::unique_ptr<ReadStore> open_reader() override { return store_.open_reader(); }
  std::unique_ptr<OutboxStore> open_outbox() override {
    return std::make_unique<FaultyOutboxStore>(store_.open_outbox(), faults_);
  }
  std::unique_ptr<AttemptStore> open_attempts() override {
    return std::make_unique<FaultyAttemptStore>(store_.open_attempts(), faults_);
  }
  std::unique_ptr<ClientStore> open_clients() override { return store_.open_clients(); }
  [[nodiscard]] std::string name() const override { return store_.name(); }

 private:
  Store& store_;
  Faults& faults_;
};

}  // namespace pay::test
