#pragma once

#include <span>
#include <vector>

#include "command/decide.hpp"

/// A batch of commands, decided in turn on the evolving state. Pure but for the ids it draws: what is loaded
/// goes in, what is to be saved and told comes out.
namespace pay {

struct Job {
  Command command;
  std::optional<Protection> protection{};  ///< nothing: no idempotency key was sent
  std::optional<std::string> scope{};  ///< the only client whose payments exist for it; nothing: everybody's
  /// Whoever gave it can ask a provider, and understands `Ask` and `AskFirst`; else a command that needs one
  /// is refused.
  bool may_ask = false;
  /// The open attempt was asked about already: the command is decided with what is known of it.
  bool has_looked = false;
};

/// What must be loaded before these can be decided.
Wanted what_is_wanted(std::span<const Job> jobs);

struct BatchOutcome {
  Changes changes;
  std::vector<Result<Reply>> replies;  ///< one a job, in order
};

/// Several commands on one payment see each other's effects; a second command with the key of a first is told
/// the first one's reply. Errors in replies: `not_found`, `invalid_request`, `idempotency_key_reused`,
/// `idempotency_key_in_use`; none of them changed anything or is kept with the key.
BatchOutcome decide_batch(std::span<const Job> jobs, Loaded loaded, const Situation& situation);

}  // namespace pay
