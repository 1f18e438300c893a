#include "model/transitions.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bug.hpp"

namespace pay {
namespace {

constexpr auto table = std::to_array<Transition>({
    {Status::pending, Trigger::approved_automatic, Status::paid, EventType::paid},
    {Status::pending, Trigger::approved_manual, Status::authorized, EventType::authorized},
    {Status::pending, Trigger::declined, Status::pending, EventType::declined},
    {Status::pending, Trigger::begin, Status::processing, EventType::processing},
    {Status::pending, Trigger::cancel, Status::canceled, EventType::canceled},
    {Status::pending, Trigger::expire, Status::canceled, EventType::canceled},

    {Status::processing, Trigger::approved_automatic, Status::paid, EventType::paid},
    {Status::processing, Trigger::approved_manual, Status::authorized, EventType::authorized},
    {Status::processing, Trigger::declined, Status::pending, EventType::declined},
    {Status::processing, Trigger::action_required, Status::requires_action, EventType::requires_action},

    {Status::requires_action, Trigger::approved_automatic, Status::paid, EventType::paid},
    {Status::requires_action, Trigger::approved_manual, Status::authorized, EventType::authorized},
    {Status::requires_action, Trigger::declined, Status::pending, EventType::declined},
    {Status::requires_action, Trigger::begin, Status::processing, EventType::processing},
    {Status::requires_action, Trigger::action_required, Status::requires_action, EventType::requires_action},

    {Status::authorized, Trigger::capture, Status::paid, EventType::paid},
    {Status::authorized, Trigger::cancel, Status::canceled, EventType::canceled},
    {Status::authorized, Trigger::expire, Status::canceled, EventType::canceled},
    {Status::authorized, Trigger::refused, Status::authorized, EventType::declined},

    {Status::paid, Trigger::refund_part, Status::partially_refunded, EventType::refunded},
    {Status::paid, Trigger::refund_rest, Status::refunded, EventType::refunded},
    {Status::paid, Trigger::refused, Status::paid, EventType::declined},

    {Status::partially_refunded, Trigger::refund_part, Status::partially_refunded, EventType::refunded},
    {Status::partially_refunded, Trigger::refund_rest, Status::refunded, EventType::refunded},
    {Status::partially_refunded, Trigger::refused, Status::partially_refunded, EventType::declined},
});

/// What a client asks for to pull the trigger; empty for what only time or a provider does.
std::string_view verb(Trigger trigger) {
  switch (trigger) {
    case Trigger::approved_automatic:
    case Trigger::approved_manual:
    case Trigger::declined:
    case Trigger::begin:
    case Trigger::action_required:
      return "process";
    case Trigger::capture:
      return "capture";
    case Trigger::cancel:
      return "cancel";
    case Trigger::expire:
    case Trigger::refused:
      return "";
    case Trigger::refund_part:
    case Trigger::refund_rest:
      return "refund";
  }
  bug("an enumeration has another value");
}

}  // namespace

std::span<const Transition> transitions() {
  return table;
}

std::optional<Transition> find_transition(Status from, Trigger trigger) {
  const auto row = std::ranges::find_if(
      table, [&](const Transition& t) { return t.from == from && t.trigger == trigger; });
  if (row == table.end()) return {};
  return *row;
}

std::string possible_from(Status status) {
  // Only a provider moves it on.
  if (status == Status::processing) return "";
  // Whoever asks for anything else gives up what was begun: then it is pending again.
  if (status == Status::requires_action) return possible_from(Status::pending);
  std::string verbs;
  std::string_view last;
  for (const auto& row : table) {
    const auto next = verb(row.trigger);
    if (row.from != status || next.empty() || next == last) continue;
    if (!verbs.empty()) verbs += ", ";
    verbs += next;
    last = next;
  }
  return verbs;
}

}  // namespace pay
