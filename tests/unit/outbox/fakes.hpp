#pragma once

#include <boost/json/parse.hpp>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/moment.hpp"
#include "outbox/relay.hpp"
#include "unit/outbox/samples.hpp"

/// What a relay works with, in memory.
namespace pay::test {

/// A steady clock that stands still until it is moved. Thread-safe.
class FakeSteady {
 public:
  [[nodiscard]] Moment now() const { return Moment(Moment::duration(now_.load())); }
  void advance(Moment::duration time) { now_ += time.count(); }
  [[nodiscard]] Steady source() const {
    return [this] { return now(); };
  }

 private:
  std::atomic<Moment::rep> now_ = Moment::duration(1h).count();
};

/// Keeps what is sent until the test answers it. Thread-safe.
class FakeHttp final : public http::Client {
 public:
  void send(std::vector<Call>& calls) override {
    {
      const std::lock_guard lock(mutex_);
      ++sends_;
      for (auto& call : calls) calls_.push_back(std::move(call));
    }
    calls.clear();
    sent_.notify_all();
  }
  void stop() override {
    for (auto& call : take_all()) call.done(std::unexpected(http::CallFailure::aborted));
  }

  std::vector<Call> take_all() {
    const std::lock_guard lock(mutex_);
    return std::exchange(calls_, {});
  }
  Call take_one() {
    const std::lock_guard lock(mutex_);
    if (calls_.empty()) throw std::logic_error("nothing was sent");
    auto call = std::move(calls_.front());
    calls_.erase(calls_.begin());
    return call;
  }
  void wait_for_calls(std::size_t count) {
    std::unique_lock lock(mutex_);
    if (!sent_.wait_for(lock, 10s, [&] { return calls_.size() >= count; }))
      throw std::runtime_error("it was never sent");
  }
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return calls_.size();
  }
  [[nodiscard]] int sends() const {
    const std::lock_guard lock(mutex_);
    return sends_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable sent_;
  std::vector<Call> calls_;
  int sends_ = 0;
};

inline http::CallOutcome updated(bool truth = true) {
  return http::Answer{.status = 200, .body = truth ? R"({"updated":true})" : R"({"updated":false})"};
}
inline http::CallOutcome failure(http::CallFailure why) {
  return std::unexpected(why);
}

/// Whom a request of Store Manager's style tells of.
inline std::int64_t payment_told(const http::OutgoingRequest& request) {
  return boost::json::parse(request.body).at("payment_id").as_int64();
}

/// Keeps settlements until the test says whether they are durable, or says so itself at once. Thread-safe.
class FakeLedger {
 public:
  struct Group {
    std::vector<Settlement> settlements;
    std::move_only_function<void(bool)> saved;
  };

  explicit FakeLedger(bool saves_at_once = true) : saves_at_once_(saves_at_once) {}
  std::function<void(std::vector<Settlement>)> on_settle = [](const std::vector<Settlement>&) {};

  Relay::Settle settle() {
    return [this](std::vector<Settlement> settlements, std::move_only_function<void(bool)> saved) {
      on_settle(settlements);
      {
        const std::lock_guard lock(mutex_);
        all_.insert(all_.end(), settlements.begin(), settlements.end());
        if (!saves_at_once_) groups_.push_back({std::move(settlements), std::move(saved)});
      }
      grew_.notify_all();
      if (saves_at_once_) saved(true);
    };
  }

  [[nodiscard]] std::vector<Settlement> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    if (!grew_.wait_for(lock, 10s, [&] { return all_.size() >= count; }))
      throw std::runtime_error("it was never settled");
  }
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return groups_.size();
  }
  [[nodiscard]] std::vector<Settlement> oldest() const {
    const std::lock_guard lock(mutex_);
    return groups_.at(0).settlements;
  }
  /// Says so of the oldest group that waits, and returns it.
  std::vector<Settlement> answer(bool saved) {
    Group group;
    {
      const std::lock_guard lock(mutex_);
      if (groups_.empty()) throw std::logic_error("nothing is being settled");
      group = std::move(groups_.front());
      groups_.erase(groups_.begin());
    }
    group.saved(saved);
    return std::move(group.settlements);
  }

 private:
  const bool saves_at_once_;
  mutable std::mutex mutex_;
  std::condition_variable grew_;
  std::vector<Settlement> all_;
  std::vector<Group> groups_;
};

/// Thread-safe.
class CountingObserver final : public RelayObserver {
 public:
  void on_delivered() override { ++delivered; }
  void on_failure(std::string_view reason) override {
    const std::lock_guard lock(mutex_);
    ++failures_[std::string(reason)];
  }
  void on_dead() override { ++dead; }
  void on_circuit(bool is_open) override { ++(is_open ? opened : closed); }
  [[nodiscard]] int failures(std::string_view reason) const {
    const std::lock_guard lock(mutex_);
    const auto found = failures_.find(reason);
    return found == failures_.end() ? 0 : found->second;
  }

  std::atomic<int> delivered = 0;
  std::atomic<int> dead = 0;
  std::atomic<int> opened = 0;
  std::atomic<int> closed = 0;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int, std::less<>> failures_;
};

}  // namespace pay::test
