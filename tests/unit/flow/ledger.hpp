#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "flow/guard.hpp"

namespace pay::test {

/// What a provider has really done, by the keys under which it was asked: each at most once.
class Ledger {
 public:
  struct Charge {
    PaymentId payment;
    std::int64_t authorized = 0;
    std::int64_t captured = 0;
    std::int64_t refunded = 0;
    bool is_voided = false;
    int looks_until_payer_agrees = 0;
    Outcome outcome;
  };
  std::map<std::string, Charge> charges;   ///< by the key of the authorization, which is its reference too
  std::map<std::string, Outcome> actions;  ///< captures, voids and refunds, by their own
};

/// A provider that makes every mistake its port allows, on threads of its own: it loses requests before and
/// after their effect, answers late or at once, sends payers away, takes its time. It keeps its own books,
/// and does nothing twice under one key. After `heal` it tells the truth.
class Storm final : public Provider {
 public:
  Storm(std::string name, std::uint64_t seed) : name_(std::move(name)), random_(seed) {
    for (auto& thread : threads_) thread = std::thread([this] { deliver(); });
  }
  ~Storm() override {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    ready_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] bool takes(const pay::Charge&) const override { return true; }
  void carry_out(const Instruction& instruction, Done done) override {
    answer(instruction, false, std::move(done));
  }
  void look_up(const Instruction& instruction, Done done) override {
    answer(instruction, true, std::move(done));
  }

  /// Somebody was asked about an attempt while he had not answered about it.
  bool was_asked_by_two() {
    const std::lock_guard lock(mutex_);
    return was_asked_by_two_;
  }

  void heal() {
    const std::lock_guard lock(mutex_);
    is_healed_ = true;
  }
  Ledger ledger() {
    const std::lock_guard lock(mutex_);
    return ledger_;
  }

 private:
  struct Late {
    Done done;
    Outcome outcome;
  };

  bool happens(int percent) { return !is_healed_ && static_cast<int>(random_() % 100) < percent; }

  void answer(const Instruction& instruction, bool is_look_up, Done done) {
    std::unique_lock lock(mutex_);
    const auto attempt = instruction.attempt.id;
    // Afterwards the clock runs away from every lease.
    if (!under_way_.insert(attempt).second && !is_healed_) was_asked_by_two_ = true;
    done = [this, attempt, done = std::move(done)](Outcome outcome) mutable {
      {
        const std::lock_guard ended(mutex_);
        under_way_.erase(attempt);
      }
      done(std::move(outcome));
    };
    auto outcome = happen(instruction, is_look_up);
    if (random_() % 4 != 0) {
      late_.push_back({.done = std::move(done), .outcome = std::move(outcome)});
      ready_.notify_one();
      return;
    }
    lock.unlock();
    done(std::move(outcome));
  }

  Outcome happen(const Instruction& instruction, bool is_look_up) {
    if (happens(10)) {
      if (is_look_up) return Unknown{.why = "refused"};
      return is_known(instruction) ? Outcome(Unknown{.why = "refused"}) : NotExecuted{.why = "refused"};
    }
    if (happens(10)) return Unknown{.why = "lost before"};
    auto outcome =
        instruction.attempt.kind == AttemptKind::authorize ? authorize(instruction) : act(instruction);
    if (happens(10)) return Unknown{.why = "lost after"};
    if (happens(5)) return Pending{};
    return outcome;
  }
  bool is_known(const Instruction& instruction) const {
    const auto key = provider_key(instruction.attempt);
    return ledger_.charges.contains(key) || ledger_.actions.contains(key);
  }

  Outcome authorize(const Instruction& instruction) {
    const auto key = provider_key(instruction.attempt);
    const auto& call = *instruction.attempt.call;
    auto [found, is_new] = ledger_.charges.try_emplace(key);
    auto& charge = found->second;
    if (is_new) {
      charge.payment = instruction.attempt.payment_id;
      charge.outcome = Declined{"generic_decline"};
      if (random_() % 5 != 0) {
        if (random_() % 4 == 0 && call.captures) charge.looks_until_payer_agrees = 1 + random_() % 3;
        charge.outcome =
            Succeeded{.method = PaymentMethod{.brand = Brand::visa, .last4 = "4242", .expiry = {2030, 1}},
                      .reference = key};
        if (charge.looks_until_payer_agrees == 0) take(charge, call);
      }
      return say(charge, key);
    }
    if (charge.looks_until_payer_agrees > 0 && --charge.looks_until_payer_agrees == 0 && !charge.is_voided)
      take(charge, call);
    return say(charge, key);
  }
  static void take(Ledger::Charge& charge, const ProviderCall& call) {
    charge.authorized = call.amount_minor;
    if (call.captures) charge.captured = call.amount_minor;
  }
  static Outcome say(const Ledger::Charge& charge, const std::string& key) {
    if (charge.authorized == 0 && charge.is_voided) return Declined{"canceled"};
    if (charge.looks_until_payer_agrees > 0)
      return ActionRequired{.url = "https://bank/approve", .reference = key};
    return charge.outcome;
  }

  Outcome act(const Instruction& instruction) {
    const auto& call = *instruction.attempt.call;
    const auto [found, is_new] = ledger_.actions.try_emplace(provider_key(instruction.attempt), Succeeded{});
    if (!is_new) return found->second;
    auto& charge = ledger_.charges.at(call.about);
    const bool is_refused =
        random_() % 6 == 0 || !change(charge, instruction.attempt.kind, call.amount_minor);
    if (is_refused) found->second = Declined{"generic_decline"};
    return found->second;
  }
  /// False when it is refused.
  static bool change(Ledger::Charge& charge, AttemptKind kind, std::int64_t amount) {
    switch (kind) {
      case AttemptKind::authorize:
        return false;
      case AttemptKind::capture:
        if (charge.captured > 0 || charge.is_voided || amount > charge.authorized) return false;
        charge.captured = amount;
        return true;
      case AttemptKind::void_authorization:
        if (charge.captured > 0) return false;
        charge.is_voided = true;
        return true;
      case AttemptKind::refund:
        if (charge.refunded + amount > charge.captured) return false;
        charge.refunded += amount;
        return true;
    }
    return false;
  }

  void deliver() {
    std::unique_lock lock(mutex_);
    while (true) {
      ready_.wait(lock, [this] { return is_over_ || !late_.empty(); });
      if (late_.empty()) return;
      // Not always in order.
      auto at = late_.begin() + static_cast<std::ptrdiff_t>(random_() % late_.size());
      auto late = std::move(*at);
      late_.erase(at);
      lock.unlock();
      late.done(std::move(late.outcome));
      lock.lock();
    }
  }

  const std::string name_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::mt19937_64 random_;
  Ledger ledger_;
  std::deque<Late> late_;
  std::set<AttemptId> under_way_;
  bool was_asked_by_two_ = false;
  bool is_healed_ = false;
  bool is_over_ = false;
  std::array<std::thread, 2> threads_;
};

}  // namespace pay::test
