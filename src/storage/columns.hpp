#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/store.hpp"

/// How models become columns and back: the same columns, in the same order, in every database.
///
/// A Row has `bool is_null(int)`, `std::int64_t integer(int)`, `std::string_view text(int)` and
/// `std::string_view bytes(int)`; a Sink takes a row's values one after the other through `null()`,
/// `integer(std::int64_t)`, `text(std::string_view)` and `bytes(std::string_view)`.
/// Reading throws StoreRejected when a text is none of ours: somebody else wrote that row.
namespace pay::columns {

inline constexpr std::string_view payments =
    "id, order_id, user_id, amount_minor, currency, capture_method, description, client, metadata, "
    "created_at, "
    "status, authorized_minor, captured_minor, refunded_minor, method_type, method_brand, method_last4, "
    "method_exp_year, method_exp_month, error_code, decline_code, expires_at, version, updated_at, "
    "action_url, action_expires_at, provider, provider_reference, open_attempt";
inline constexpr int payments_count = 29;
/// Without the last five, which are NULL where no provider with outside effects has been asked.
inline constexpr std::string_view plain_payments = payments.substr(0, payments.find(", action_url"));

/// The same columns of a payment `p` as it was after its event `e`. Where it is in custody stands beside the
/// events: of that, as it is now.
inline constexpr std::string_view payment_after_event =
    "p.id, p.order_id, p.user_id, p.amount_minor, p.currency, p.capture_method, p.description, p.client, "
    "p.metadata, p.created_at, e.status, e.authorized_minor, e.captured_minor, e.refunded_minor, "
    "e.method_type, e.method_brand, e.method_last4, e.method_exp_year, e.method_exp_month, e.error_code, "
    "e.decline_code, e.expires_at, e.sequence, e.created_at, e.action_url, e.action_expires_at, "
    "p.provider, p.provider_reference, p.open_attempt";

inline constexpr std::string_view events =
    "payment_id, sequence, type, created_at, order_id, user_id, amount_minor, currency, status, "
    "authorized_minor, captured_minor, refunded_minor, method_type, method_brand, method_last4, "
    "method_exp_year, method_exp_month, error_code, decline_code, expires_at, reason, action_url, "
    "action_expires_at";
inline constexpr int events_count = 23;
/// Without the last two, which are NULL where no payer has been sent anywhere.
inline constexpr std::string_view plain_events = events.substr(0, events.find(", action_url"));

inline constexpr std::string_view refunds = "id, payment_id, amount_minor, status, reason, created_at";
inline constexpr int refunds_count = 6;

inline constexpr std::string_view keys =
    "client, idem_key, fingerprint, state, outcome, payment_id, sequence, order_id, created_at";
inline constexpr int keys_count = 9;

/// `p.id, p.order_id, …`: the same columns, of a table that has a name of its own.
std::string qualified(std::string_view table, std::string_view columns);

/// A key that runs protects what a provider may still be asked about: it outlives the others by so much.
inline constexpr std::chrono::hours running_keys_live_longer{24};

[[noreturn]] void refuse(std::string_view what, std::string_view text);

/// What is kept of a reason: printable ASCII of a bounded length, whatever others answered.
std::string error_text(std::string_view reason);

/// `decode_metadata`, refusing as all other columns do.
Metadata read_metadata(std::string_view text);

std::optional<KeyState> find_key_state(std::string_view name);

/// What a text names, or the exception.
template <class T>
T known(std::string_view what, std::string_view text, std::optional<T> found) {
  if (!found) {
    refuse(what, text);
  }
  return *found;
}

inline Timestamp to_time(std::int64_t microseconds) {
  return Timestamp{std::chrono::microseconds{microseconds}};
}
inline std::int64_t to_integer(Timestamp time) {
  return time.time_since_epoch().count();
}

// ---- rows to models; `at` is the first column ----

/// The columns that an event may change, from `status` to `expires_at`; `read_action` reads the rest.
inline constexpr int state_count = 12;

template <class Row>
void read_state(const Row& row, int at, Payment& payment) {
  payment.status = known("status", row.text(at), find_status(row.text(at)));
  payment.authorized_minor = row.integer(at + 1);
  payment.captured_minor = row.integer(at + 2);
  payment.refunded_minor = row.integer(at + 3);
  if (!row.is_null(at + 4)) {
    payment.method =
        PaymentMethod{.type = known("method_type", row.text(at + 4), find_method_type(row.text(at + 4))),
                      .brand = known("method_brand", row.text(at + 5), find_brand(row.text(at + 5))),
                      .last4 = std::string(row.text(at + 6)),
                      .expiry = {.year = static_cast<int>(row.integer(at + 7)),
                                 .month = static_cast<int>(row.integer(at + 8))}};
  }
  if (!row.is_null(at + 9)) {
    payment.last_error =
        LastError{.code = std::string(row.text(at + 9)), .decline_code = std::string(row.text(at + 10))};
  }
  if (!row.is_null(at + 11)) {
    payment.expires_at = to_time(row.integer(at + 11));
  }
}

/// From `action_url` and `action_expires_at`.
template <class Row>
Rare<NextAction> read_action(const Row& row, int at) {
  if (row.is_null(at)) return std::nullopt;
  NextAction action{.url = std::string(row.text(at)), .expires_at = {}};
  if (!row.is_null(at + 1)) action.expires_at = to_time(row.integer(at + 1));
  return action;
}

/// From `provider`, `provider_reference` and `open_attempt`.
template <class Row>
Rare<Custody> read_custody(const Row& row, int at) {
  if (row.is_null(at)) return std::nullopt;
  return Custody{.provider = std::string(row.text(at)),
                 .reference = std::string(row.text(at + 1)),
                 .open = {row.integer(at + 2)}};
}

/// From `payments` or `payment_after_event`.
template <class Row>
Payment read_payment(const Row& row, int at = 0) {
  Payment payment{
      .id = {row.integer(at)},
      .order_id = {row.integer(at + 1)},
      .user_id = {row.integer(at + 2)},
      .amount_minor = row.integer(at + 3),
      .currency = known("currency", row.text(at + 4), Currency::find(row.text(at + 4))),
      .capture_method = known("capture_method", row.text(at + 5), find_capture_method(row.text(at + 5))),
      .description = std::string(row.text(at + 6)),
      .client = std::string(row.text(at + 7)),
      .metadata = read_metadata(row.text(at + 8)),
      .created_at = to_time(row.integer(at + 9)),
      .method = {},
      .last_error = {},
      .expires_at = {},
      .next_action = read_action(row, at + 12 + state_count),
      .custody = read_custody(row, at + 14 + state_count)};
  read_state(row, at + 10, payment);
  payment.version = row.integer(at + 10 + state_count);
  payment.updated_at = to_time(row.integer(at + 11 + state_count));
  return payment;
}

/// From `e.type`, `e.reason`, then `payment_after_event`.
template <class Row>
Event read_event(const Row& row, int at = 0) {
  return {.type = known("type", row.text(at), find_event_type(row.text(at))),
          .after = read_payment(row, at + 2),
          .reason = std::string(row.text(at + 1))};
}

/// From `events` alone: `ReadStore::scan_events` says what is in it.
template <class Row>
Event read_bare_event(const Row& row, int at = 0) {
  const bool created = !row.is_null(at + 4);
  const std::string_view currency = created ? row.text(at + 7) : "CAD";
  Payment after{.id = {row.integer(at)},
                .order_id = {created ? row.integer(at + 4) : 0},
                .user_id = {created ? row.integer(at + 5) : 0},
                .amount_minor = created ? row.integer(at + 6) : 0,
                .currency = known("currency", currency, Currency::find(currency)),
                .description = {},
                .client = {},
                .metadata = {},
                .method = {},
                .last_error = {},
                .expires_at = {},
                .next_action = read_action(row, at + 9 + state_count),
                .custody = {}};
  read_state(row, at + 8, after);
  after.version = row.integer(at + 1);
  after.updated_at = to_time(row.integer(at + 3));
  return {.type = known("type", row.text(at + 2), find_event_type(row.text(at + 2))),
          .after = std::move(after),
          .reason = std::string(row.text(at + 8 + state_count))};
}

template <class Row>
Refund read_refund(const Row& row, int at = 0) {
  return {.id = {row.integer(at)},
          .payment_id = {row.integer(at + 1)},
          .amount_minor = row.integer(at + 2),
          .status = known("status", row.text(at + 3), find_refund_status(row.text(at + 3))),
          .reason = std::string(row.text(at + 4)),
          .created_at = to_time(row.integer(at + 5))};
}

Fingerprint to_fingerprint(std::string_view bytes);

template <class Row>
KeyRecord read_key(const Row& row, int at = 0) {
  return {.key = {.client = std::string(row.text(at)), .key = std::string(row.text(at + 1))},
          .fingerprint = to_fingerprint(row.bytes(at + 2)),
          .state = known("state", row.text(at + 3), find_key_state(row.text(at + 3))),
          .outcome = std::string(row.text(at + 4)),
          .payment = {row.integer(at + 5)},
          .sequence = row.integer(at + 6),
          .order = {row.integer(at + 7)},
          .created_at = to_time(row.integer(at + 8))};
}

// ---- models to rows ----

template <class Sink>
void write_time(Sink& sink, const std::optional<Timestamp>& time) {
  time ? sink.integer(to_integer(*time)) : sink.null();
}

template <class Sink>
void write_state(Sink& sink, const Payment& payment) {
  sink.text(name(payment.status));
  sink.integer(payment.authorized_minor);
  sink.integer(payment.captured_minor);
  sink.integer(payment.refunded_minor);
  if (const auto& method = payment.method) {
    sink.text(name(method->type));
    sink.text(name(method->brand));
    sink.text(method->last4);
    sink.integer(method->expiry.year);
    sink.integer(method->expiry.month);
  } else {
    for (int column = 0; column < 5; ++column) {
      sink.null();
    }
  }
  if (const auto& error = payment.last_error) {
    sink.text(error->code);
    sink.text(error->decline_code);
  } else {
    sink.null();
    sink.null();
  }
  write_time(sink, payment.expires_at);
}

template <class Sink>
void write_action(Sink& sink, const Rare<NextAction>& action) {
  if (action) {
    sink.text(action->url);
    write_time(sink, action->expires_at);
  } else {
    sink.null();
    sink.null();
  }
}

template <class Sink>
void write_custody(Sink& sink, const Rare<Custody>& custody) {
  if (custody) {
    sink.text(custody->provider);
    sink.text(custody->reference);
    sink.integer(custody->open.value);
  } else {
    for (int column = 0; column < 3; ++column) {
      sink.null();
    }
  }
}

/// Whether `plain_payments` hold all of it.
inline bool is_plain(const Payment& payment) {
  return !payment.next_action && !payment.custody;
}

/// To `plain_payments`.
template <class Sink>
void write_plain_payment(Sink& sink, const Payment& payment) {
  sink.integer(payment.id.value);
  sink.integer(payment.order_id.value);
  sink.integer(payment.user_id.value);
  sink.integer(payment.amount_minor);
  sink.text(payment.currency.code());
  sink.text(name(payment.capture_method));
  sink.text(payment.description);
  sink.text(payment.client);
  payment.metadata.empty() ? sink.text(std::string_view{}) : sink.text(encode_metadata(payment.metadata));
  sink.integer(to_integer(payment.created_at));
  write_state(sink, payment);
  sink.integer(payment.version);
  sink.integer(to_integer(payment.updated_at));
}

template <class Sink>
void write_payment(Sink& sink, const Payment& payment) {
  write_plain_payment(sink, payment);
  write_action(sink, payment.next_action);
  write_custody(sink, payment.custody);
}

/// Whether `plain_events` hold all of it.
inline bool is_plain(const Event& event) {
  return !event.after.next_action;
}

/// To `plain_events`.
template <class Sink>
void write_plain_event(Sink& sink, const Event& event) {
  const Payment& after = event.after;
  sink.integer(after.id.value);
  sink.integer(after.version);
  sink.text(name(event.type));
  sink.integer(to_integer(after.updated_at));
  if (event.type == EventType::created) {
    sink.integer(after.order_id.value);
    sink.integer(after.user_id.value);
    sink.integer(after.amount_minor);
    sink.text(after.currency.code());
  } else {
    for (int column = 0; column < 4; ++column) {
      sink.null();
    }
  }
  write_state(sink, after);
  sink.text(event.reason);
}

template <class Sink>
void write_event(Sink& sink, const Event& event) {
  write_plain_event(sink, event);
  write_action(sink, event.after.next_action);
}

template <class Sink>
void write_refund(Sink& sink, const Refund& refund) {
  sink.integer(refund.id.value);
  sink.integer(refund.payment_id.value);
  sink.integer(refund.amount_minor);
  sink.text(name(refund.status));
  sink.text(refund.reason);
  sink.integer(to_integer(refund.created_at));
}

template <class Sink>
void write_key(Sink& sink, const KeyRecord& record) {
  sink.text(record.key.client);
  sink.text(record.key.key);
  sink.bytes({reinterpret_cast<const char*>(record.fingerprint.data()), record.fingerprint.size()});
  sink.text(name(record.state));
  sink.text(record.outcome);
  sink.integer(record.payment.value);
  sink.integer(record.sequence);
  sink.integer(record.order.value);
  sink.integer(to_integer(record.created_at));
}

}  // namespace pay::columns
