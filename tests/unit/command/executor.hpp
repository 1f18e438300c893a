#pragma once

#include "command/executor.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <latch>

#include "support/memory_store.hpp"
#include "unit/command/samples.hpp"

/// An executor on a memory that a test can hold up and break.
namespace pay::test {

/// Where replies arrive, one a name, and how often a batch was delivered.
class Mailbox {
 public:
  [[nodiscard]] Executor::Deliver deliver() {
    return [this](std::vector<Executor::Completion> completions) {
      {
        const std::lock_guard lock(mutex_);
        deliveries_.push_back(completions.size());
      }
      for (auto& completion : completions) completion.done(std::move(completion.reply));
    };
  }
  Executor::Submission addressed(Job job) {
    return {.job = std::move(job), .done = [this](Result<Reply> reply) {
              const std::lock_guard lock(mutex_);
              replies_.push_back(std::move(reply));
              arrived_.notify_all();
            }};
  }
  /// Waits until so many have arrived, in the order they did.
  std::vector<Result<Reply>> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(arrived_.wait_for(lock, 30s, [&] { return replies_.size() >= count; }));
    return replies_;
  }
  [[nodiscard]] std::size_t size() {
    const std::lock_guard lock(mutex_);
    return replies_.size();
  }
  [[nodiscard]] std::vector<std::size_t> deliveries() {
    const std::lock_guard lock(mutex_);
    return deliveries_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Result<Reply>> replies_;
  std::vector<std::size_t> deliveries_;
};

class Counter final : public ExecutorObserver {
 public:
  void on_commit(std::size_t commands, std::chrono::nanoseconds, const Changes&) override {
    commits.push_back(commands);
    if (is_broken) throw std::runtime_error("scripted");
  }
  void on_replay() override { ++replays; }

  bool is_broken = false;
  // Read once the replies have arrived.
  std::vector<std::size_t> commits;
  int replays = 0;
};

class ExecutorTest : public testing::Test {
 protected:
  void start(Executor::Options options = {}) {
    executor_ = std::make_unique<Executor>(std::make_unique<MemoryStore>(memory_), clock_, options,
                                           mailbox_.deliver(), counter_);
  }
  /// How many were refused.
  std::size_t submit(std::vector<Job> jobs) {
    std::vector<Executor::Submission> submissions;
    for (auto& job : jobs) submissions.push_back(mailbox_.addressed(std::move(job)));
    executor_->submit(submissions);
    return submissions.size();
  }
  /// `count` creates, with orders from 1 on.
  static std::vector<Job> creates(std::size_t count) {
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < count; ++i)
      jobs.push_back(without_key(create(static_cast<std::int64_t>(i) + 1)));
    return jobs;
  }
  /// The first commit waits until it is let go.
  void hold_the_first_commit() {
    memory_.before_commit = [this, first = true](const Changes&) mutable {
      if (!std::exchange(first, false)) return;
      reached_.count_down();
      let_go_.wait();
    };
  }
  static void expect_done(const std::vector<Result<Reply>>& replies) {
    for (const auto& reply : replies) EXPECT_TRUE(reply) << name(reply.error().code);
  }
  static std::vector<ErrorCode> codes_of(const std::vector<Result<Reply>>& replies) {
    std::vector<ErrorCode> codes;
    for (const auto& reply : replies) {
      if (!reply) codes.push_back(reply.error().code);
    }
    return codes;
  }

  Memory memory_;
  FakeClock clock_;
  Mailbox mailbox_;
  Counter counter_;
  std::latch reached_{1};
  std::latch let_go_{1};
  std::unique_ptr<Executor> executor_;
};

}  // namespace pay::test
