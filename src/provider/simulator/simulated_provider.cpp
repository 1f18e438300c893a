#include "provider/simulator/simulated_provider.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <random>
#include <stdexcept>

#include "provider/simulator/test_tokens.hpp"

namespace pay {
namespace {

/// FNV-1a (draft-eastlake-fnv): the same in every run, on every machine.
std::uint64_t hash(std::string_view text, std::uint64_t value) {
  value ^= 14695981039346656037ULL;
  for (const char c : text) {
    value ^= static_cast<unsigned char>(c);
    value *= 1099511628211ULL;
  }
  return value;
}

bool needs_payer(const KeptSource& source) {
  const auto* token = find_test_token(source.token);
  if (token) return token->needs_payer;
  return method_of(source) == Method::paypal && source.token.empty();
}

/// The same source without whoever pays: as it is once they have agreed.
Source agreed(const KeptSource& source) {
  if (source.kind == KeptSource::Kind::wallet) return Wallet{source.wallet, {}};
  return CardToken{source.token};
}

Outcome outcome_of_answer(const Result<Answer>& answer, const std::string& key) {
  if (!answer) return Declined{std::string(name(answer.error().code))};
  if (const auto* declined = std::get_if<Declined>(&*answer)) return *declined;
  return Succeeded{.method = std::get<Approved>(*answer).method, .reference = "simulated-" + key};
}

Outcome after_approval(const KeptSource& source, const std::string& key, Timestamp now) {
  const auto* token = find_test_token(source.token);
  if (!token) return outcome_of_answer(Simulator{}.authorize(agreed(source), now), key);
  if (!token->decline_code.empty()) return Declined{std::string(token->decline_code)};
  return Succeeded{.method = method_of(*token, now), .reference = "simulated-" + key};
}

}  // namespace

SimulatedProvider::SimulatedProvider(Options options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {}

void SimulatedProvider::carry_out(const Instruction& instruction, Done done) {
  answer(instruction, fate_of(instruction.attempt), std::move(done));
}

void SimulatedProvider::look_up(const Instruction& instruction, Done done) {
  auto fate = fate_of(instruction.attempt);
  // What was asked for before may have been done: that nobody takes the question does not say that it was
  // not.
  if (fate == Fate::refused) fate = Fate::lost_before;
  answer(instruction, fate, std::move(done));
}

SimulatedProvider::Fate SimulatedProvider::fate_of(const Attempt& attempt) const {
  const int tries = attempt.call ? attempt.call->tries : 0;
  // Not from the key: there is a time in it, which is another one in the next run.
  std::mt19937_64 random(
      hash(fmt::format("{}/{}/{}", attempt.id.value, pay::name(attempt.kind), tries), options_.seed));
  auto left = std::uniform_real_distribution<double>()(random);
  const auto& rates = options_.failures;
  const std::array<std::pair<double, Fate>, 4> fates{{{rates.refuse, Fate::refused},
                                                      {rates.timeout_before, Fate::lost_before},
                                                      {rates.timeout_after, Fate::lost_after},
                                                      {rates.pending, Fate::undecided}}};
  for (const auto& [rate, fate] : fates) {
    if (left < rate) return fate;
    left -= rate;
  }
  return Fate::answered;
}

void SimulatedProvider::answer(const Instruction& instruction, Fate fate, Done done) {
  const auto key = provider_key(instruction.attempt);
  const auto later = [&](std::chrono::milliseconds pause, Outcome outcome) {
    if (pause.count() == 0) return done(std::move(outcome));
    delay_.after(pause, [done = std::move(done), outcome = std::move(outcome)]() mutable {
      done(std::move(outcome));
    });
  };
  const Unknown lost{.why = "the simulator was told not to answer", .contact = Contact::silent};
  switch (fate) {
    case Fate::refused:
      return later(options_.latency,
                   NotExecuted{.why = "the simulator was told to refuse it", .contact = Contact::silent});
    case Fate::lost_before:
      return later(options_.deadline, lost);
    case Fate::undecided:
      return later(options_.latency, Pending{});
    case Fate::lost_after:
      std::ignore = outcome_of(instruction, key);
      return later(options_.deadline, lost);
    case Fate::answered:
      return later(options_.latency, outcome_of(instruction, key));
  }
}

Outcome SimulatedProvider::outcome_of(const Instruction& instruction, const std::string& key) {
  auto outcome = instruction.attempt.kind == AttemptKind::authorize
                     ? authorize(instruction, key)
                     : Outcome(Succeeded{.reference = "simulated-" + key});
  if (options_.on_effect && std::holds_alternative<Succeeded>(outcome)) options_.on_effect(key);
  return outcome;
}

Outcome SimulatedProvider::authorize(const Instruction& instruction, const std::string& key) {
  const auto now = clock_.now();
  const auto source = instruction.attempt.call ? instruction.attempt.call->source : KeptSource{};
  if (source.kind == KeptSource::Kind::raw_card) {
    if (auto said = cards_.find(key)) return *std::move(said);
    if (!instruction.card)
      return NotExecuted{.why = "the simulator does not know of it", .contact = Contact::answered};
    auto outcome = outcome_of_answer(simulator_.authorize(RawCard{instruction.card}, now), key);
    cards_.keep(key, outcome);
    return outcome;
  }
  if (needs_payer(source)) {
    const auto agreed_at = instruction.attempt.created_at + options_.approval;
    if (now < agreed_at)
      return ActionRequired{.url = instruction.return_url + "&simulated=approved",
                            .reference = "simulated-" + key};
    return after_approval(source, key, now);
  }
  const auto whole = source.kind == KeptSource::Kind::wallet ? Source(Wallet{source.wallet, source.token})
                                                             : Source(CardToken{source.token});
  return outcome_of_answer(simulator_.authorize(whole, now), key);
}

}  // namespace pay
