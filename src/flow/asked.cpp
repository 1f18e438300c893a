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
  took_money_ = kind == AttemptKind::authorize && std::holds_alternative<Succeeded>(outcome);
  return {.id = payment,
          .attempt = attempt,
          .outcome = std::move(outcome),
          .was_looked_up = was_looked_up,
          .tried = std::move(tried),
          .at_once_provider = std::move(at_once_provider),
          .at_once = std::move(at_once),
          .asked_at_version = version};
}

void Asked::check(const Result<Reply>& reply) const {
  const auto* after = reply ? std::get_if<PaymentReply>(&*reply) : nullptr;
  if (!took_money_ || after == nullptr) return;
  const auto status = after->payment.status;
  if (status != Status::pending && status != Status::canceled) return;
  log::error("a provider took money for a payment that is not paid: see whether it was given back",
             {{"payment_id", payment.value},
              {"attempt_id", attempt.value},
              {"provider", provider},
              {"status", name(status)}});
}

}  // namespace pay
