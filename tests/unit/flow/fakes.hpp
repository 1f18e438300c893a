#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "flow/guard.hpp"

/// Providers that do as a test says, and what is asked of them.
namespace pay::test {

using namespace std::chrono_literals;

inline const Currency cad = *Currency::find("CAD");

inline Instruction instruction(std::int64_t attempt, AttemptKind kind = AttemptKind::authorize) {
  Instruction made{.attempt = {}, .currency = cad, .order_id = {11}, .return_url = "http://shop/return"};
  made.attempt.id = {attempt};
  made.attempt.payment_id = {7};
  made.attempt.kind = kind;
  made.attempt.provider = "bank";
  made.attempt.call = ProviderCall{.amount_minor = 10'000, .captures = true};
  return made;
}

/// One thing that a provider was asked, to be answered when the test likes.
struct Question {
  Instruction instruction;
  bool is_look_up = false;
  Provider::Done done;
};

/// Answers at once what its script says, or keeps the question until the test answers it. Thread-safe.
class FakeProvider final : public Provider {
 public:
  /// Nothing: it is kept.
  using Script = std::function<std::optional<Outcome>(const Instruction&, bool is_look_up)>;

  explicit FakeProvider(std::string name, Script script = {})
      : name_(std::move(name)), script_(std::move(script)) {}

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] bool takes(const Charge& charge) const override { return !takes_ || takes_(charge); }
  void carry_out(const Instruction& instruction, Done done) override {
    ask({.instruction = instruction, .is_look_up = false, .done = std::move(done)});
  }
  void look_up(const Instruction& instruction, Done done) override {
    ask({.instruction = instruction, .is_look_up = true, .done = std::move(done)});
  }

  void script(Script script) {
    const std::lock_guard lock(mutex_);
    script_ = std::move(script);
  }
  void take_only(std::function<bool(const Charge&)> takes) { takes_ = std::move(takes); }

  /// Waits for the next question that was kept.
  Question next() {
    std::unique_lock lock(mutex_);
    const bool came = came_.wait_for(lock, 30s, [this] { return !kept_.empty(); });
    EXPECT_TRUE(came) << "nothing was asked";
    if (!came) return {.instruction = instruction(0), .done = [](const Outcome&) {}};
    auto question = std::move(kept_.front());
    kept_.pop_front();
    return question;
  }
  void answer_next(Outcome outcome) { next().done(std::move(outcome)); }
  [[nodiscard]] std::size_t kept() {
    const std::lock_guard lock(mutex_);
    return kept_.size();
  }
  [[nodiscard]] std::size_t asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  [[nodiscard]] std::size_t looked_up() {
    const std::lock_guard lock(mutex_);
    return looked_up_;
  }

 private:
  void ask(Question question) {
    Script script;
    {
      const std::lock_guard lock(mutex_);
      ++(question.is_look_up ? looked_up_ : asked_);
      script = script_;
    }
    if (script) {
      if (auto outcome = script(question.instruction, question.is_look_up))
        return question.done(*std::move(outcome));
    }
    const std::lock_guard lock(mutex_);
    kept_.push_back(std::move(question));
    came_.notify_all();
  }

  const std::string name_;
  std::function<bool(const Charge&)> takes_;
  std::mutex mutex_;
  std::condition_variable came_;
  Script script_;
  std::deque<Question> kept_;
  std::size_t asked_ = 0;
  std::size_t looked_up_ = 0;
};

class CountingObserver final : public ProviderObserver {
 public:
  void on_provider_call(std::string_view, std::string_view outcome, std::chrono::nanoseconds) override {
    const std::lock_guard lock(mutex_);
    outcomes_.emplace_back(outcome);
  }
  void on_provider_circuit(std::string_view, bool opened) override {
    const std::lock_guard lock(mutex_);
    circuit_.push_back(opened);
  }
  void on_provider_wait(std::string_view, std::chrono::nanoseconds waited) override {
    const std::lock_guard lock(mutex_);
    waits_.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(waited));
  }
  void on_provider_kept_back(std::string_view, std::string_view reason) override {
    const std::lock_guard lock(mutex_);
    kept_back_.emplace_back(reason);
  }
  [[nodiscard]] std::vector<std::chrono::milliseconds> waits() {
    const std::lock_guard lock(mutex_);
    return waits_;
  }
  [[nodiscard]] std::vector<std::string> kept_back() {
    const std::lock_guard lock(mutex_);
    return kept_back_;
  }
  [[nodiscard]] std::vector<std::string> outcomes() {
    const std::lock_guard lock(mutex_);
    return outcomes_;
  }
  [[nodiscard]] std::vector<bool> circuit() {
    const std::lock_guard lock(mutex_);
    return circuit_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> outcomes_;
  std::vector<bool> circuit_;
  std::vector<std::chrono::milliseconds> waits_;
  std::vector<std::string> kept_back_;
};

}  // namespace pay::test
