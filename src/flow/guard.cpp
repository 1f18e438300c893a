#include "flow/guard.hpp"

#include <fmt/format.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/circuit_breaker.hpp"
#include "base/log.hpp"

namespace pay {
namespace {

enum class Verb : std::uint8_t { carry_out, look_up };

/// A call that found no place yet.
struct Waiting {
  Instruction instruction;
  Verb verb{};
  Provider::Done done;
  Moment since;
};

/// Why a call does not begin: as it is counted, and for whoever reads it.
struct Reason {
  std::string_view name;
  std::string_view text;
};
constexpr Reason it_is_down{"circuit_open",
                            "the provider does not answer well and is left alone for a while"};
constexpr Reason it_is_full{"queue_full", "too many calls wait for the provider"};
constexpr Reason it_took_too_long{"waited_too_long", "the call waited too long for its turn"};
constexpr Reason we_stop{"stopping", "the service stops"};

/// What a call showed of its provider.
struct Sign {
  Contact contact = Contact::answered;
  std::string complaint{};  ///< empty: none
};

Sign sign_of(const Outcome& outcome, std::chrono::milliseconds took, std::chrono::milliseconds slow) {
  Sign sign;
  if (const auto* not_executed = std::get_if<NotExecuted>(&outcome)) {
    sign = {.contact = not_executed->contact, .complaint = not_executed->why};
  } else if (const auto* unknown = std::get_if<Unknown>(&outcome)) {
    sign = {.contact = unknown->contact, .complaint = unknown->why};
  }
  if (sign.contact == Contact::answered && took > slow)
    return {.contact = Contact::silent, .complaint = fmt::format("it took {} ms to answer", took.count())};
  return sign;
}

void tell(CircuitBreaker& breaker, Contact contact, Moment at) {
  switch (contact) {
    case Contact::none:
      return breaker.on_nothing();
    case Contact::answered:
      return breaker.on_answer();
    case Contact::silent:
      return breaker.on_silence(at);
  }
}

}  // namespace

struct Guard::State : std::enable_shared_from_this<State> {
  class Call;

  State(std::unique_ptr<Provider> guarded, Options limits, ProviderObserver& watcher, Steady clock)
      : owned(std::move(guarded)),
        provider(*owned),
        provider_name(provider.name()),
        options(limits),
        observer(watcher),
        now(std::move(clock)),
        breaker(options.failures_to_open, options.trial_interval) {}

  void enter(const Instruction& instruction, Verb verb, Done done);
  void begin_those_that_can();
  void begin(const Instruction& instruction, Verb verb, Call call);
  void keep_back(Waiting call, Reason why);
  void finish(Call& call, Outcome outcome);
  void stop();

  // The lock is held.
  [[nodiscard]] bool has_a_place(Moment at) const {
    if (stopped || in_flight >= options.concurrency) return false;
    return !breaker.is_open() || (!trial_under_way && breaker.allows(at));
  }
  [[nodiscard]] std::optional<Reason> why_not_wait() const {
    if (stopped) return we_stop;
    if (breaker.is_open()) return it_is_down;
    return waiting.size() >= options.queue_limit ? std::optional(it_is_full) : std::nullopt;
  }
  /// True when the call that begins is a trial.
  bool take_place(Moment at);

  std::unique_ptr<Provider> owned;
  Provider& provider;
  const std::string provider_name;
  const Options options;
  ProviderObserver& observer;
  const Steady now;

  mutable std::mutex mutex;
  CircuitBreaker breaker;
  std::deque<Waiting> waiting;  ///< in order of arrival; none while the circuit is open
  std::size_t in_flight = 0;
  bool trial_under_way = false;
  bool is_beginning = false;  ///< one thread begins those that wait: an answer at once does not nest
  bool stopped = false;
  std::string last_error;

  std::atomic<bool> is_gone = false;  ///< and with it, perhaps, whoever would be told
};

/// A call under way. One that its provider drops without a word is `Unknown`.
class Guard::State::Call {
 public:
  Call(std::shared_ptr<State> state, Done done, Moment began, bool is_trial)
      : state_(std::move(state)), done_(std::move(done)), began_(began), is_trial_(is_trial) {}
  Call(Call&&) noexcept = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  Call& operator=(Call&&) = delete;
  ~Call() {
    if (state_ && !state_->is_gone)
      (*this)(Unknown{.why = "the provider never answered", .contact = Contact::silent});
  }

  void operator()(Outcome outcome) {
    if (const auto state = std::move(state_)) state->finish(*this, std::move(outcome));
  }

 private:
  friend struct State;
  std::shared_ptr<State> state_;  ///< nothing once it is answered
  Done done_;
  Moment began_;
  bool is_trial_;
};

bool Guard::State::take_place(Moment at) {
  ++in_flight;
  const bool is_trial = breaker.is_open();
  if (is_trial) trial_under_way = true;
  breaker.on_try(at);
  return is_trial;
}

void Guard::State::enter(const Instruction& instruction, Verb verb, Done done) {
  const auto at = now();
  bool is_trial = false;
  std::optional<Reason> why_not;
  {
    const std::lock_guard lock(mutex);
    if (waiting.empty() && has_a_place(at)) {
      is_trial = take_place(at);
    } else if (why_not = why_not_wait(); !why_not) {
      waiting.push_back({.instruction = instruction, .verb = verb, .done = std::move(done), .since = at});
      return;
    }
  }
  if (why_not)
    return keep_back({.instruction = instruction, .verb = verb, .done = std::move(done), .since = at},
                     *why_not);
  observer.on_provider_wait(provider_name, {});
  begin(instruction, verb, Call(shared_from_this(), std::move(done), at, is_trial));
}

/// Nobody was asked. What became of an earlier call is not known by that.
void Guard::State::keep_back(Waiting call, Reason why) {
  observer.on_provider_kept_back(provider_name, why.name);
  if (call.verb == Verb::carry_out) return call.done(NotExecuted{.why = std::string(why.text)});
  call.done(Unknown{.why = std::string(why.text)});
}

void Guard::State::begin(const Instruction& instruction, Verb verb, Call call) {
  try {
    if (verb == Verb::carry_out) return provider.carry_out(instruction, std::move(call));
    provider.look_up(instruction, std::move(call));
  } catch (const std::exception& error) {  // dropped with it, the call is unknown
    log::error("a call to a provider broke", {{"provider", provider_name}, {"reason", error.what()}});
  }
}

void Guard::State::begin_those_that_can() {
  std::unique_lock lock(mutex);
  if (is_beginning) return;  // whoever does looks again before it ends
  is_beginning = true;
  while (!waiting.empty()) {
    const auto at = now();
    const bool is_late = waiting.front().since + options.deadline / 2 < at;
    if (!is_late && !has_a_place(at)) break;
    auto next = std::move(waiting.front());
    waiting.pop_front();
    const bool is_trial = !is_late && take_place(at);
    lock.unlock();
    if (is_late) {
      keep_back(std::move(next), it_took_too_long);
    } else {
      observer.on_provider_wait(provider_name, at - next.since);
      begin(next.instruction, next.verb, Call(shared_from_this(), std::move(next.done), at, is_trial));
    }
    lock.lock();
  }
  is_beginning = false;
}

void Guard::State::finish(Call& call, Outcome outcome) {
  const auto at = now();
  const auto took = at - call.began_;
  const auto sign =
      sign_of(outcome, std::chrono::duration_cast<std::chrono::milliseconds>(took), options.slow);
  bool was_open = false;
  bool is_open = false;
  std::deque<Waiting> left;
  {
    const std::lock_guard lock(mutex);
    --in_flight;
    if (call.is_trial_) trial_under_way = false;
    was_open = breaker.is_open();
    // A call that was under way when the circuit opened has no trial's place to give back.
    if (sign.contact != Contact::none || call.is_trial_) tell(breaker, sign.contact, at);
    is_open = breaker.is_open();
    if (!sign.complaint.empty()) last_error = sign.complaint;
    if (is_open) left.swap(waiting);
  }
  observer.on_provider_call(provider_name, pay::name(outcome), took);
  if (is_open != was_open) {
    observer.on_provider_circuit(provider_name, is_open);
    if (is_open) {
      log::warn("a provider is left alone for a while",
                {{"provider", provider_name}, {"reason", sign.complaint}});
    } else {
      log::info("a provider is asked again", {{"provider", provider_name}});
    }
  }
  call.done_(std::move(outcome));
  for (auto& one : left) keep_back(std::move(one), it_is_down);
  begin_those_that_can();
}

void Guard::State::stop() {
  std::deque<Waiting> left;
  {
    const std::lock_guard lock(mutex);
    stopped = true;
    left.swap(waiting);
  }
  for (auto& one : left) keep_back(std::move(one), we_stop);
}

Guard::Guard(std::unique_ptr<Provider> provider, Options options, ProviderObserver& observer, Steady now)
    : state_(std::make_shared<State>(std::move(provider), options, observer, std::move(now))) {}

Guard::~Guard() {
  state_->stop();
  state_->is_gone = true;
  // Here, not with the last call: a provider does not end on a thread of its own.
  const auto provider = std::move(state_->owned);
}

std::string_view Guard::name() const {
  return state_->provider_name;
}

bool Guard::takes(const Charge& charge) const {
  return state_->provider.takes(charge);
}

void Guard::carry_out(const Instruction& instruction, Done done) {
  state_->enter(instruction, Verb::carry_out, std::move(done));
}

void Guard::look_up(const Instruction& instruction, Done done) {
  state_->enter(instruction, Verb::look_up, std::move(done));
}

std::size_t Guard::room() const {
  const auto at = state_->now();
  const std::lock_guard lock(state_->mutex);
  if (!state_->waiting.empty() || !state_->has_a_place(at)) return 0;
  return state_->breaker.is_open() ? 1 : state_->options.concurrency - state_->in_flight;
}

ProviderHealth Guard::health() const {
  const auto at = state_->now();
  const std::lock_guard lock(state_->mutex);
  using enum ProviderHealth::State;
  const bool is_tried = state_->trial_under_way || state_->breaker.allows(at);
  return {.name = state_->provider_name,
          .state = !state_->breaker.is_open() ? up
                   : is_tried                 ? trial
                                              : down,
          .in_flight = state_->in_flight,
          .waiting = state_->waiting.size(),
          .concurrency = state_->options.concurrency,
          .deadline = state_->options.deadline,
          .last_error = state_->last_error};
}

void Guard::look_after() {
  state_->begin_those_that_can();
}

void Guard::stop() {
  state_->stop();
}

}  // namespace pay
