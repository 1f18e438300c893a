#include <array>

#include "command/asking.hpp"

namespace pay {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pauses = std::to_array<std::chrono::milliseconds>({2s, 10s, 30s, 2min, 10min});
constexpr int hours_after = 24;

/// All stays as it is, but for when somebody looks.
AttemptSettlement due(const Attempt& open, std::chrono::milliseconds in) {
  return {.id = open.id,
          .outcome = open.outcome,
          .tries = open.call->tries,
          .last_error = open.call->last_error,
          .needs_attention = open.call->needs_attention,
          .due_in = in};
}

bool is_open(const Payment& payment, const Attempt* open) {
  return open && open->call && has_open_attempt(payment);
}

/// Whoever asks for the first time has the attempt to itself for its lease. A second call under the same key
/// could take effect while the first one finds that it was not executed, and goes on to another provider.
bool is_being_asked(const Attempt& open, Timestamp now) {
  return open.call->tries == 0 && open.call->due_at && *open.call->due_at > now;
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
  if (!is_open(payment, open) || is_being_asked(*open, situation.now)) return decision;
  if (command.key && *command.key != provider_key(*open)) return decision;
  decision.attempt_settlement = due(*open, asking_of(situation).lease);
  decision.asks = Decision::Asks::look_up;
  return decision;
}

Result<Decision> decide(const Payment& payment, const Attempt* open, const HintAttempt& command,
                        const Situation& situation) {
  auto decision = unchanged(payment);
  const bool is_theirs = is_open(payment, open) && payment.custody->provider == command.provider;
  if (is_theirs && !is_being_asked(*open, situation.now)) decision.attempt_settlement = due(*open, 0ms);
  return decision;
}

}  // namespace pay
