#include "flow/repairer.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "base/log.hpp"
#include "flow/asked.hpp"
#include "flow/inquiry.hpp"

namespace pay {
namespace {

/// However often it is woken, the database is not asked more often than that.
constexpr std::chrono::milliseconds least_pause{5};

Inquiry how_to_ask(const Payment& payment, Timestamp now) {
  const auto& action = payment.next_action;
  const auto end = action ? action->expires_at : std::nullopt;
  const bool is_over = end && *end <= now;
  return payment.status == Status::requires_action && is_over ? Inquiry::give_up : Inquiry::look_up;
}

/// By `decide`: whether the attempt becomes an operator's.
bool would_need_attention(const Attempt& attempt, const Outcome& outcome, Timestamp now) {
  const int tries = attempt.call ? attempt.call->tries : 0;
  return std::holds_alternative<Unknown>(outcome) && !pause_before_look(tries + 1) &&
         now - attempt.created_at >= std::chrono::hours{24};
}

void say_that_it_needs_attention(const Asked& asked) {
  log::error("an attempt needs attention", {{"payment_id", asked.payment.value},
                                            {"attempt_id", asked.attempt.value},
                                            {"provider", asked.provider}});
}

}  // namespace

/// What those that are under way share with the thread that claims.
struct Repairer::State : std::enable_shared_from_this<State> {
  State(Executor& commands, Providers& asked, const Clock& wall)
      : executor(commands), providers(asked), clock(wall) {}

  [[nodiscard]] std::vector<AttemptStore::Ask> asks();
  /// The lock is held. How many more could be asked about, those that were claimed for it set aside.
  [[nodiscard]] std::size_t room_at(const std::string& provider);
  void take(const std::vector<AttemptStore::Ask>& asked, const std::vector<ClaimedAttempt>& claimed);
  void go_and_look(const std::vector<ClaimedAttempt>& claimed);
  void on_granted(const std::string& provider, const Result<Reply>& reply);
  void look(const Ask& ask);
  void settle(Asked asked, Outcome outcome, bool needs_attention);
  void end_one(const std::string& provider);

  Executor& executor;
  Providers& providers;
  const Clock& clock;
  Bell bell;

  /// What this repairer has to do at one provider.
  struct Load {
    std::size_t under_way = 0;
    std::size_t not_granted = 0;  ///< of these, those that the provider's guard does not know of yet
    bool has_more = false;        ///< as many were due as were asked for
  };
  std::mutex mutex;
  std::map<std::string, Load, std::less<>> loads;
  bool is_away = false;  ///< the database; the claiming thread's
};

std::vector<AttemptStore::Ask> Repairer::State::asks() {
  const std::lock_guard lock(mutex);
  std::vector<AttemptStore::Ask> all;
  for (auto& provider : providers.names()) {
    const auto room = room_at(provider);
    if (room > 0) all.push_back({.provider = std::move(provider), .limit = room});
  }
  return all;
}

std::size_t Repairer::State::room_at(const std::string& provider) {
  const auto* guard = providers.find(provider);
  const auto room = guard == nullptr ? 0 : guard->room();
  return room - std::min(room, loads[provider].not_granted);
}

void Repairer::State::take(const std::vector<AttemptStore::Ask>& asked,
                           const std::vector<ClaimedAttempt>& claimed) {
  {
    const std::lock_guard lock(mutex);
    for (const auto& ask : asked) {
      const auto count = std::ranges::count(claimed, ask.provider,
                                            [](const ClaimedAttempt& one) { return one.attempt.provider; });
      auto& load = loads[ask.provider];
      load.under_way += static_cast<std::size_t>(count);
      load.not_granted += static_cast<std::size_t>(count);
      load.has_more = static_cast<std::size_t>(count) >= ask.limit;
    }
  }
  go_and_look(claimed);
}

void Repairer::State::go_and_look(const std::vector<ClaimedAttempt>& claimed) {
  std::vector<Executor::Submission> submissions;
  submissions.reserve(claimed.size());
  for (const auto& [attempt, payment] : claimed) {
    submissions.push_back({.job = {.command = LookUpAttempt{.id = payment.id, .key = provider_key(attempt)}},
                           .done = [self = shared_from_this(), provider = attempt.provider](
                                       const Result<Reply>& reply) { self->on_granted(provider, reply); }});
  }
  executor.submit(submissions);
  // What is not looked up now is claimed again when its lease is over.
  for (auto& refused : submissions) refused.done(fail(ErrorCode::unavailable));
}

/// Anything but an `Ask`: somebody else asks about it, or it is known by now.
void Repairer::State::on_granted(const std::string& provider, const Result<Reply>& reply) {
  const auto* ask = reply ? std::get_if<Ask>(&*reply) : nullptr;
  if (ask != nullptr) look(*ask);
  {  // Not before the guard knows of it: its place would be given away twice.
    const std::lock_guard lock(mutex);
    --loads[provider].not_granted;
  }
  if (ask == nullptr) end_one(provider);
}

void Repairer::State::look(const Ask& ask) {
  const auto& attempt = ask.instruction->attempt;
  const auto& payment = ask.meanwhile.payment;
  // Claims are made for providers that are there, and none of them goes.
  inquire(*providers.find(attempt.provider), *ask.instruction, how_to_ask(payment, clock.now()),
          std::string(approval_expired),
          [self = shared_from_this(), asked = Asked::of(attempt, payment, true),
           attempt](Outcome outcome) mutable {
            const bool needs_attention = would_need_attention(attempt, outcome, self->clock.now());
            self->settle(std::move(asked), std::move(outcome), needs_attention);
          });
}

void Repairer::State::settle(Asked asked, Outcome outcome, bool needs_attention) {
  auto command = asked.settled_with(std::move(outcome));
  std::vector<Executor::Submission> submissions;
  submissions.push_back({.job = {.command = std::move(command)},
                         .done = [self = shared_from_this(), asked = std::move(asked),
                                  needs_attention](const Result<Reply>& reply) {
                           asked.check(reply);
                           if (reply && needs_attention) say_that_it_needs_attention(asked);
                           self->end_one(asked.provider);
                         }});
  executor.submit(submissions);
  // What cannot be settled now is due when its lease is over.
  for (auto& refused : submissions) refused.done(fail(ErrorCode::unavailable));
}

/// While more is due, the next are claimed when half of those under way are back: neither one by one nor
/// after a pause.
void Repairer::State::end_one(const std::string& name) {
  bool is_time = false;
  {
    const std::lock_guard lock(mutex);
    auto& load = loads[name];
    --load.under_way;
    is_time = load.has_more && room_at(name) >= load.under_way;
    if (is_time) load.has_more = false;
  }
  if (is_time) bell.ring();
}

Repairer::Repairer(std::unique_ptr<AttemptStore> store, Executor& executor, Providers& providers,
                   const Clock& clock, Options options)
    : store_(std::move(store)),
      state_(std::make_shared<State>(executor, providers, clock)),
      options_(options) {
  try {
    store_->recover(clock.now());
  } catch (const std::exception& error) {  // their leases end by themselves
    log::warn("attempts that were under way cannot be taken up yet", {{"reason", error.what()}});
  }
}

Repairer::~Repairer() {
  stop();
}

void Repairer::start() {
  thread_ = std::thread([this] { work(); });
}

void Repairer::wake() {
  state_->bell.ring();
}

void Repairer::stop() {
  state_->bell.end();
  if (thread_.joinable()) thread_.join();
}

void Repairer::work() {
  for (auto heard = Bell::Heard::ring; heard != Bell::Heard::end;) {
    take_a_turn();
    const auto looked_at = std::chrono::steady_clock::now();
    heard = state_->bell.wait_until(looked_at + options_.poll);
    if (heard == Bell::Heard::ring) std::this_thread::sleep_until(looked_at + least_pause);
  }
}

void Repairer::take_a_turn() {
  state_->providers.look_after();
  const auto asks = state_->asks();
  if (asks.empty()) return;
  std::vector<ClaimedAttempt> claimed;
  try {
    claimed = store_->claim(asks, options_.lease, state_->clock.now());
    if (std::exchange(state_->is_away, false)) log::info("attempts can be claimed again");
  } catch (const std::exception& error) {
    if (!std::exchange(state_->is_away, true))
      log::warn("attempts cannot be claimed for now", {{"reason", error.what()}});
  }
  state_->take(asks, claimed);
}

}  // namespace pay
