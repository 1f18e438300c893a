#pragma once

#include "storage/columns.hpp"

/// The columns of what was asked of providers; as `columns.hpp` has it. What is common to all attempts stands
/// in `attempts`; what only those with outside effects have, in `provider_calls`.
namespace pay::columns {

inline constexpr std::string_view attempts =
    "id, payment_id, provider, outcome, decline_code, created_at, finished_at";
inline constexpr int attempts_count = 7;

inline constexpr std::string_view provider_calls =
    "attempt_id, payment_id, provider, kind, is_open, amount_minor, captures, source_kind, source_wallet, "
    "source_token, about, reference, return_url, refund_id, reason, key_client, idem_key, tries, last_error, "
    "needs_attention, being_asked, due_at";
inline constexpr int provider_calls_count = 22;

/// An attempt `a` and its call `c`, or NULLs.
inline constexpr std::string_view attempts_with_calls =
    "a.id, a.payment_id, a.provider, a.outcome, a.decline_code, a.created_at, a.finished_at, c.kind, "
    "c.amount_minor, c.captures, c.source_kind, c.source_wallet, c.source_token, c.about, c.reference, "
    "c.return_url, c.refund_id, c.reason, c.key_client, c.idem_key, c.tries, c.last_error, "
    "c.needs_attention, c.being_asked, c.due_at";
inline constexpr int attempts_with_calls_count = 25;
inline constexpr std::string_view from_attempts_with_calls =
    "attempts a LEFT JOIN provider_calls c ON c.attempt_id = a.id";

template <class Row>
KeptSource read_source(const Row& row, int at) {
  KeptSource source{.kind = known("source_kind", row.text(at), find_source_kind(row.text(at))),
                    .token = std::string(row.text(at + 2))};
  if (source.kind == KeptSource::Kind::wallet)
    source.wallet = known("source_wallet", row.text(at + 1), find_wallet_name(row.text(at + 1)));
  return source;
}

/// From `c.amount_minor` on.
template <class Row>
ProviderCall read_call(const Row& row, int at) {
  ProviderCall call{.amount_minor = row.integer(at),
                    .captures = row.integer(at + 1) != 0,
                    .source = read_source(row, at + 2),
                    .about = std::string(row.text(at + 5)),
                    .reference = std::string(row.text(at + 6)),
                    .return_url = std::string(row.text(at + 7)),
                    .refund = {row.integer(at + 8)},
                    .reason = std::string(row.text(at + 9)),
                    .tries = static_cast<int>(row.integer(at + 12)),
                    .last_error = std::string(row.text(at + 13)),
                    .needs_attention = row.integer(at + 14) != 0,
                    .being_asked = row.integer(at + 15) != 0};
  if (!row.text(at + 11).empty())
    call.waiting =
        IdempotencyKey{.client = std::string(row.text(at + 10)), .key = std::string(row.text(at + 11))};
  if (!row.is_null(at + 16)) call.due_at = to_time(row.integer(at + 16));
  return call;
}

/// From `attempts_with_calls`.
template <class Row>
Attempt read_attempt(const Row& row, int at = 0) {
  Attempt attempt{.id = {row.integer(at)},
                  .payment_id = {row.integer(at + 1)},
                  .provider = std::string(row.text(at + 2)),
                  .outcome = known("outcome", row.text(at + 3), find_attempt_outcome(row.text(at + 3))),
                  .decline_code = std::string(row.text(at + 4)),
                  .created_at = to_time(row.integer(at + 5)),
                  .finished_at = {}};
  if (!row.is_null(at + 6)) attempt.finished_at = to_time(row.integer(at + 6));
  const bool has_call = !row.is_null(at + attempts_count);
  if (!has_call) return attempt;
  const auto kind = row.text(at + attempts_count);
  attempt.kind = known("kind", kind, find_attempt_kind(kind));
  attempt.call = read_call(row, at + attempts_count + 1);
  return attempt;
}

template <class Sink>
void write_attempt(Sink& sink, const Attempt& attempt) {
  sink.integer(attempt.id.value);
  sink.integer(attempt.payment_id.value);
  sink.text(attempt.provider);
  sink.text(name(attempt.outcome));
  sink.text(attempt.decline_code);
  sink.integer(to_integer(attempt.created_at));
  write_time(sink, attempt.finished_at);
}

/// What `attempt` is at its provider. All but `due_at`, the last column: whose clock it goes by is the
/// database's own affair.
template <class Sink>
void write_call(Sink& sink, const Attempt& attempt, const ProviderCall& call) {
  sink.integer(attempt.id.value);
  sink.integer(attempt.payment_id.value);
  sink.text(attempt.provider);
  sink.text(name(attempt.kind));
  sink.integer(is_final(attempt.outcome) ? 0 : 1);
  sink.integer(call.amount_minor);
  sink.integer(call.captures ? 1 : 0);
  sink.text(name(call.source.kind));
  const bool is_wallet = call.source.kind == KeptSource::Kind::wallet;
  sink.text(is_wallet ? name(call.source.wallet) : std::string_view{});
  sink.text(call.source.token);
  sink.text(call.about);
  sink.text(call.reference);
  sink.text(call.return_url);
  sink.integer(call.refund.value);
  sink.text(call.reason);
  sink.text(call.waiting ? std::string_view(call.waiting->client) : std::string_view{});
  sink.text(call.waiting ? std::string_view(call.waiting->key) : std::string_view{});
  sink.integer(call.tries);
  sink.text(error_text(call.last_error));
  sink.integer(call.needs_attention ? 1 : 0);
  sink.integer(call.being_asked ? 1 : 0);
}

}  // namespace pay::columns
