#include "model/attempt.hpp"

#include <fmt/format.h>

#include "model/names.hpp"

namespace pay {
namespace {

using namespace std::string_view_literals;

constexpr Names kinds{AttemptKind::refund, std::to_array({"authorize"sv, "capture"sv, "void"sv, "refund"sv})};
constexpr Names outcomes{AttemptOutcome::unknown, std::to_array({"pending"sv, "succeeded"sv, "declined"sv,
                                                                 "not_executed"sv, "unknown"sv})};

}  // namespace

std::string_view name(AttemptKind kind) {
  return kinds.of(kind);
}
std::optional<AttemptKind> find_attempt_kind(std::string_view name) {
  return kinds.find(name);
}

std::string_view name(AttemptOutcome outcome) {
  return outcomes.of(outcome);
}
std::optional<AttemptOutcome> find_attempt_outcome(std::string_view name) {
  return outcomes.find(name);
}

bool is_final(AttemptOutcome outcome) {
  return outcome != AttemptOutcome::pending && outcome != AttemptOutcome::unknown;
}

std::string provider_key(const Attempt& attempt) {
  return fmt::format("attempt-{}-{:x}", attempt.id.value, attempt.created_at.time_since_epoch().count());
}

Attempt settled(Attempt attempt, const AttemptSettlement& settlement) {
  if (is_final(attempt.outcome)) return attempt;
  attempt.outcome = settlement.outcome;
  attempt.decline_code = settlement.decline_code;
  attempt.finished_at = settlement.finished_at;
  if (!attempt.call) return attempt;
  auto& call = *attempt.call;
  if (!settlement.reference.empty()) call.reference = settlement.reference;
  call.tries = settlement.tries;
  call.last_error = settlement.last_error;
  call.needs_attention = settlement.needs_attention;
  call.being_asked = settlement.being_asked;
  return attempt;
}

}  // namespace pay
