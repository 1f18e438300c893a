#pragma once

#include "command/steps.hpp"

/// The steps of commands that a provider with outside effects has to carry out: what it is asked is written
/// down first.
namespace pay {

/// Why a payment was canceled whose time was over.
inline constexpr std::string_view reason_expired = "expired";

inline bool has_open_attempt(const Payment& payment) {
  return payment.custody && payment.custody->open.value != 0;
}

/// Whoever asks has the attempt to itself until its lease is over. Of two who asked side by side one could
/// find that nothing was done, or give up the payer's way, while the other takes the money.
inline bool is_being_asked(const ProviderCall& call, Timestamp now) {
  return call.being_asked && call.due_at && *call.due_at > now;
}

/// How providers are asked, whatever the situation.
const Asking& asking_of(const Situation& situation);

/// Nobody that could be asked is set up here.
std::unexpected<Error> needs_a_provider();

/// By its rules, this cannot pay: `invalid_request`, which says what can.
Error nobody_takes(const KeptSource& source);

/// What a provider without outside effects has said, done.
Decision answered_at_once(const Payment& payment, const std::string& provider, const Answer& answer,
                          const Situation& situation);

/// Whom an attempt asks to do what, and when it begins.
struct Wish {
  AttemptKind kind{};
  std::string provider;
  ProviderCall call;
  Timestamp at{};
};

/// A new attempt, with an id of its own. Until the lease is over it belongs to whoever asks.
Attempt open_attempt(const Payment& payment, Wish wish, const Situation& situation);

/// Has the provider that authorized the payment capture, void or refund it: the status stays as it is, and
/// so does all else until it has answered. Refused while another attempt is open. Error: `unavailable` when
/// whoever gave the command cannot ask a provider.
Result<Decision> ask_custodian(const Payment& payment, const Custody& custody, AttemptKind kind,
                               ProviderCall call, const Situation& situation);

}  // namespace pay
