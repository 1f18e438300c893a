#pragma once

#include "samples.hpp"

namespace pay {

inline void PrintTo(const Attempt& attempt, std::ostream* out) {
  *out << name(attempt.kind) << " " << attempt.id.value << " of payment " << attempt.payment_id.value
       << " at " << attempt.provider << ": " << name(attempt.outcome);
  if (attempt.call) *out << ", " << attempt.call->tries << " tries, '" << attempt.call->last_error << "'";
}

}  // namespace pay

namespace pay::test {

/// Something asked of a provider with outside effects, due so long after its birth.
inline Attempt asked(AttemptId id, PaymentId payment, std::chrono::microseconds due_in = {}) {
  const auto born = at(1000 + id.value);
  return {.id = id,
          .payment_id = payment,
          .provider = "stripe",
          .decline_code = {},
          .created_at = born,
          .finished_at = {},
          .call = ProviderCall{.amount_minor = 5950,
                               .captures = true,
                               .source = {.kind = KeptSource::Kind::card_token, .token = "pm_card_visa"},
                               .being_asked = true,
                               .due_at = born + due_in}};
}

/// The payment as it is while this is open.
inline Payment processing(Payment payment, const Attempt& attempt) {
  payment.status = Status::processing;
  payment.custody = Custody{.provider = attempt.provider, .reference = {}, .open = attempt.id};
  ++payment.version;
  payment.updated_at += std::chrono::microseconds{1};
  return payment;
}

/// New payments, each with an attempt that `alter` may change first, in one commit.
template <class Alter>
std::vector<Attempt> ask_for_many(WriteStore& writer, std::size_t count, Alter alter) {
  writer.load({.new_payments = count, .new_attempts = count});
  Changes changes;
  for (std::size_t i = 0; i < count; ++i) {
    auto payment = new_payment(writer.next_payment_id());
    changes.events.push_back({.type = EventType::created, .after = payment});
    auto attempt = asked(writer.next_attempt_id(), payment.id);
    alter(attempt);
    payment = processing(payment, attempt);
    changes.events.push_back({.type = EventType::processing, .after = payment});
    changes.created.push_back(std::move(payment));
    changes.attempts.push_back(std::move(attempt));
  }
  writer.save(changes);
  return changes.attempts;
}
inline Attempt ask_for_one(WriteStore& writer, std::chrono::microseconds due_in = {},
                           const std::string& provider = "stripe") {
  return ask_for_many(writer, 1,
                      [&](Attempt& attempt) {
                        attempt.provider = provider;
                        attempt.call->due_at = attempt.created_at + due_in;
                      })
      .at(0);
}

inline void settle(WriteStore& writer, std::vector<AttemptSettlement> settlements) {
  writer.load({});
  Changes changes;
  changes.attempt_settlements = std::move(settlements);
  writer.save(changes);
}

/// Databases have clocks of their own: whether it is due at all is what can be compared.
inline Attempt without_time(Attempt attempt) {
  if (attempt.call && attempt.call->due_at) attempt.call->due_at = Timestamp{};
  return attempt;
}
inline std::vector<Attempt> without_time(std::vector<Attempt> attempts) {
  for (auto& attempt : attempts) attempt = without_time(std::move(attempt));
  return attempts;
}

inline std::vector<Attempt> load_open(WriteStore& writer, std::vector<PaymentId> payments) {
  auto loaded = writer.load({.payments = payments, .open_attempts_of = payments});
  writer.roll_back();
  return without_time(std::move(loaded.attempts));
}

inline std::vector<std::int64_t> ids_of(const std::vector<ClaimedAttempt>& claimed) {
  std::vector<std::int64_t> ids;
  for (const auto& one : claimed) ids.push_back(one.attempt.id.value);
  return ids;
}

}  // namespace pay::test
