#include <algorithm>
#include <array>

#include "command/asking.hpp"

namespace pay {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pauses = std::to_array<std::chrono::milliseconds>({2s, 10s, 30s, 2min, 10min});
constexpr int hours_after = 24;

/// All stays as it is, but for when somebody looks, and whether.
AttemptSettlement due(const Attempt& open, const ProviderCall& call, std::chrono::milliseconds in) {
  return {.id = open.id,
          .outcome = open.outcome,
          .tries = call.tries,
          .last_error = call.last_error,
          .needs_attention = call.needs_attention,
          .due_in = in};
}

/// The open attempt's; nothing when the payment has none.
const ProviderCall* call_of(const Payment& payment, const Attempt* open) {
  return open && open->call && has_open_attempt(payment) ? &*open->call : nullptr;
}

}  // namespace

std::optional<std::chrono::milliseconds> pause_before_look(int tries) {
  const auto index = static_cast<std::size_t>(std::max(tries, 1) - 1);
  if (index < first_pauses.size()) return first_pauses.at(index);
  if (index < first_pauses.size() + hours_after) return 1h;
  return std::nullopt;
}

Result<Decision> decide(const Payment& payment, const Attempt* open, const LookUpAttempt& command,
                        const Situation& situation) {
  auto decision = unchanged(payment);
  const auto* call = call_of(payment, open);
  if (!call || is_being_asked(*call, situation.now)) return decision;
  if (command.key && *command.key != provider_key(*open)) return decision;
  auto& granted = decision.attempt_settlement.emplace(due(*open, *call, asking_of(situation).look_lease));
  granted.being_asked = true;
  // Clocks differ: whoever carries it out may still be at it, and is not believed that nothing was sent.
  granted.tries = std::max(call->tries, 1);
  decision.asks = Decision::Asks::look_up;
  return decision;
}

Result<Decision> decide(const Payment& payment, const Attempt* open, const HintAttempt& command,
                        const Situation& situation) {
  auto decision = unchanged(payment);
  const auto* call = call_of(payment, open);
  const bool is_theirs = call && open->provider == command.provider;
  if (is_theirs && !is_being_asked(*call, situation.now))
    decision.attempt_settlement = due(*open, *call, 0ms);
  return decision;
}

}  // namespace pay
