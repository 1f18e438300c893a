#include "flow/asked.hpp"

#include <utility>

#include "base/log.hpp"

namespace pay {

Asked Asked::of(const Attempt& attempt, const Payment& payment, bool is_look_up) {
  Asked asked;
  asked.payment = payment.id;
  asked.attempt = attempt.id;
  asked.kind = attempt.kind;
  asked.provider = attempt.provider;
  asked.was_looked_up = is_look_up;
  asked.version = payment.version;
  return asked;
}

SettleAttempt Asked::settled_with(Outcome outcome) {
  const auto* succeeded = std::get_if<Succeeded>(&outcome);
  if (kind == AttemptKind::authorize && succeeded != nullptr) took_as_ = succeeded->reference;
  return {.id = payment,
          .attempt = attempt,
          .outcome = std::move(outcome),
          .was_looked_up = was_looked_up,
          .tried = std::move(tried),
          .at_once_provider = std::move(at_once_provider),
          .at_once = std::move(at_once),
          .asked_at_version = version,
          .was_due = was_due};
}

void Asked::check(const Result<Reply>& reply) const {
  const auto* after = reply ? std::get_if<PaymentReply>(&*reply) : nullptr;
  if (!took_as_ || after == nullptr) return;
  const auto& custody = after->payment.custody;
  if (custody && custody->provider == provider && custody->reference == *took_as_) return;
  log::error("a provider took money that no payment here has: see whether it was given back",
             {{"payment_id", payment.value},
              {"attempt_id", attempt.value},
              {"provider", provider},
              {"reference", *took_as_},
              {"status", name(after->payment.status)}});
}

}  // namespace pay
