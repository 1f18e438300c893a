// Random commands on payments that a provider has a say in, whose words are lost, repeated, late and out of
// order. However that goes, what it did and what is kept agree in the end, and `verify` holds all the way.
// The seed is printed; set PAY_TEST_SEED to run one again.
#include <gmock/gmock.h>

#include <cstdio>

#include "unit/command/random.hpp"

namespace pay::test {
namespace {

constexpr std::size_t most_payments = 400;

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }
  bool chance(std::size_t percent) { return below(100) < percent; }

 private:
  std::mt19937 random_;
};

/// Providers that make up their minds once an attempt, and say so or something vaguer.
class Peer {
 public:
  explicit Peer(Dice& dice) : dice_(dice) {}

  Outcome say(const Instruction& instruction, bool is_look_up) {
    const auto fate = fate_of(instruction.attempt);
    const bool can_be_vague = fate != AttemptOutcome::not_executed;
    switch (dice_.below(is_look_up ? 8 : 5)) {
      case 0:
        return Unknown{.why = "timeout"};
      case 1:
        if (can_be_vague) return Pending{};
        break;
      case 2:
        if (can_be_vague && instruction.attempt.kind == AttemptKind::authorize)
          return ActionRequired{.url = fmt::format("https://bank.test/{}", dice_.below(2))};
        break;
      default:
        break;
    }
    return final_word(instruction.attempt);
  }
  Outcome final_word(const Attempt& attempt) {
    const auto fate = fate_of(attempt);
    if (fate == AttemptOutcome::succeeded)
      return Succeeded{.method = visa_4242, .reference = fmt::format("ref_{}", attempt.id.value)};
    if (fate == AttemptOutcome::declined) return Declined{"generic_decline"};
    return NotExecuted{"down"};
  }
  AttemptOutcome fate_of(const Attempt& attempt) {
    const auto found = fates_.find(attempt.id);
    if (found != fates_.end()) return found->second;
    constexpr auto likely = std::to_array({AttemptOutcome::succeeded, AttemptOutcome::succeeded,
                                           AttemptOutcome::declined, AttemptOutcome::not_executed});
    return fates_.emplace(attempt.id, likely.at(dice_.below(likely.size()))).first->second;
  }
  /// What it never heard of, it did not do: a crash came first.
  void forget(const Attempt& attempt) { fates_.emplace(attempt.id, AttemptOutcome::not_executed); }

 private:
  Dice& dice_;
  std::map<AttemptId, AttemptOutcome> fates_;
};

class Story {
 public:
  explicit Story(std::uint32_t seed) : dice_(seed), peer_(dice_) {
    world_.ask({"bank", "other", "simulator"});
    world_.lifetimes.authorized = 1h;
  }

  void go_on(std::size_t batches) {
    for (std::size_t i = 0; i < batches; ++i) {
      std::vector<Job> jobs;
      for (auto left = 1 + dice_.below(12); left > 0; --left) jobs.push_back(next());
      run(jobs);
      if (i % 50 == 0) expect_all_to_hold();
    }
  }

  /// Everything that is open is looked up until it is known.
  void come_to_an_end() {
    while (true) {
      std::vector<Job> jobs;
      for (const auto& attempt : memory_.attempts) {
        if (!is_final(attempt.outcome))
          jobs.push_back(settled_with(attempt, peer_.final_word(attempt), true));
      }
      if (jobs.empty()) return;
      run(jobs);
    }
  }

  void expect_all_to_hold() {
    for (const auto& [id, payment] : memory_.payments) expect_to_hold(memory_, payment);
  }
  void expect_the_peer_to_agree() {
    for (const auto& attempt : memory_.attempts) {
      if (attempt.call) EXPECT_EQ(attempt.outcome, peer_.fate_of(attempt)) << attempt.id.value;
    }
    for (const auto& [key, record] : memory_.keys) EXPECT_EQ(record.state, KeyState::done) << key.key;
  }
  [[nodiscard]] const Memory& memory() const { return memory_; }

 private:
  static Job settled_with(const Attempt& attempt, Outcome outcome, bool was_looked_up) {
    return without_key(SettleAttempt{.id = attempt.payment_id,
                                     .attempt = attempt.id,
                                     .outcome = std::move(outcome),
                                     .was_looked_up = was_looked_up});
  }

  Job next() {
    if (!mail_.empty() && dice_.chance(50)) {
      const auto at = mail_.begin() + static_cast<std::ptrdiff_t>(dice_.below(mail_.size()));
      auto job = *at;
      if (dice_.chance(90)) mail_.erase(at);  // else it comes again
      return job;
    }
    const bool is_patient = dice_.chance(85);
    auto command = draw();
    auto job = dice_.chance(30) ? with_key(std::move(command), fmt::format("key-{}", dice_.below(400)))
                                : without_key(std::move(command));
    job.may_ask = is_patient;
    return job;
  }

  Command draw() {
    const auto count = memory_.payments.size();
    if (count == 0 || (count < most_payments && dice_.chance(10))) {
      auto command = create(static_cast<std::int64_t>(1 + dice_.below(20)));
      if (dice_.chance(50)) command.capture_method = CaptureMethod::manual;
      return command;
    }
    const PaymentId id{static_cast<std::int64_t>(1 + dice_.below(count))};
    const auto minor = to_decimal_text(static_cast<std::int64_t>(1 + dice_.below(total / 2)), cad);
    switch (dice_.below(24)) {
      case 0:
        return CancelPayment{.id = id, .reason = "changed my mind"};
      case 1:
        return UndoPayment{.id = id};
      case 2:
        return UndoOrder{.order_id = {static_cast<std::int64_t>(1 + dice_.below(20))}};
      case 3:
        return ExpirePayment{.id = id};
      case 4:
        return CapturePayment{.id = id};
      case 5:
        return CapturePayment{.id = id, .amount = amount(minor)};
      case 6:
      case 7:
        return refund_of(minor, id);
      case 8:
        return HintAttempt{.id = id, .provider = "bank"};
      case 9:
        return LookUpAttempt{.id = id};
      default:
        return token_process(id, fmt::format("pm_{}", dice_.below(3)));
    }
  }

  void run(const std::vector<Job>& jobs) {
    const auto outcome = decide_batch(jobs, memory_.load(what_is_wanted(jobs)), world_.situation());
    memory_.apply(outcome.changes);
    // A word that is later than its lease is believed less.
    world_.clock.advance(std::chrono::milliseconds(dice_.below(dice_.chance(80) ? 2'000 : 600'000)));
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const auto& reply = outcome.replies.at(i);
      if (!reply) continue;
      if (const auto* ask = std::get_if<Ask>(&*reply)) answer(*ask, jobs.at(i));
      if (const auto* first = std::get_if<AskFirst>(&*reply))
        mail_.push_back(asking(without_key(LookUpAttempt{.id = first->payment})));
    }
  }

  void answer(const Ask& ask, const Job& job) {
    const auto& attempt = ask.instruction->attempt;
    if (dice_.chance(10)) {  // a crash: before the provider was asked, or before its word was kept
      if (!ask.look_up && dice_.chance(50)) peer_.forget(attempt);
      return;
    }
    auto settles = settled_with(attempt, peer_.say(*ask.instruction, ask.look_up), ask.look_up);
    auto& command = std::get<SettleAttempt>(settles.command);
    const bool fails_over = !ask.look_up && attempt.kind == AttemptKind::authorize &&
                            !std::holds_alternative<LookUpAttempt>(job.command);
    if (fails_over) {
      command.tried = std::vector<std::string>{"bank", attempt.provider};
      command.at_once_provider = "simulator";
      if (dice_.chance(50)) command.at_once = Answer{Declined{"generic_decline"}};
    }
    mail_.push_back(std::move(settles));
  }

  Dice dice_;
  Peer peer_;
  World world_;
  Memory memory_;
  std::vector<Job> mail_;  ///< words of providers, and looks, on their way
};

TEST(RandomProviders, and_what_is_kept_of_them_agree_in_the_end) {
  const auto seed = seed_of_this_run();
  SCOPED_TRACE(fmt::format("PAY_TEST_SEED={}", seed));
  std::printf("seed %u\n", seed);
  Story story(seed);
  story.go_on(2'000);
  story.come_to_an_end();
  story.expect_all_to_hold();
  story.expect_the_peer_to_agree();
  const auto outcomes = [&](AttemptKind kind, AttemptOutcome outcome) {
    return std::ranges::count_if(story.memory().attempts, [&](const Attempt& a) {
      return a.call && a.kind == kind && a.outcome == outcome;
    });
  };
  EXPECT_GT(outcomes(AttemptKind::authorize, AttemptOutcome::succeeded), 5);
  EXPECT_GT(outcomes(AttemptKind::refund, AttemptOutcome::succeeded), 5);
  EXPECT_GT(outcomes(AttemptKind::void_authorization, AttemptOutcome::succeeded), 0);
}

}  // namespace
}  // namespace pay::test
