#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command/commands.hpp"

namespace pay {

/// What a provider has been asked, until its outcome is committed.
struct Asked {
  PaymentId payment;
  AttemptId attempt;
  AttemptKind kind{};
  std::string provider;
  bool was_looked_up = false;
  /// As in `SettleAttempt`.
  std::optional<std::vector<std::string>> tried{};
  std::string at_once_provider{};
  Rare<Result<Answer>> at_once{};
  std::int64_t version = 0;  ///< the payment's when it was asked

  std::optional<Timestamp> was_due{};  ///< as in `SettleAttempt`

  static Asked of(const Attempt& attempt, const Payment& payment, bool is_look_up);
  /// The command that commits it. Once; `check` comes after it.
  [[nodiscard]] SettleAttempt settled_with(Outcome outcome);
  /// Says so in the log when the provider took money for an attempt that had come to its end otherwise
  /// meanwhile, whatever became of the payment: somebody has to give it back. `reply` is the settlement's.
  void check(const Result<Reply>& reply) const;

 private:
  std::optional<std::string> took_as_;  ///< by what name the provider took money; nothing: it did not
};

}  // namespace pay
