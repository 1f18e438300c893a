#include "storage/sqlite/attempt_writer.hpp"

#include <fmt/format.h>

#include "storage/attempt_columns.hpp"
#include "storage/sqlite/insert.hpp"

namespace pay::sqlite {
namespace {

/// `due_at` moves, if only by a microsecond: that is how a claim knows that it is over.
constexpr std::string_view settle_call =
    "UPDATE provider_calls SET is_open = ?1, reference = iif(?2 = '', reference, ?2), tries = ?3, "
    "last_error = ?4, needs_attention = ?5, being_asked = ?6, due_at = ?7 + (due_at IS ?7) "
    "WHERE attempt_id = ?8 AND is_open = 1";

std::optional<Timestamp> due_at(const AttemptSettlement& settlement) {
  if (is_final(settlement.outcome) || !settlement.due_in) return std::nullopt;
  return settlement.at + *settlement.due_in;
}

}  // namespace

AttemptWriter::AttemptWriter(Connection& connection)
    : db_(connection.handle()),
      find_open_(connection.prepare(
          fmt::format("SELECT {} FROM provider_calls c JOIN attempts a ON a.id = c.attempt_id "
                      "WHERE c.payment_id = ? AND c.is_open = 1 ORDER BY a.id",
                      columns::attempts_with_calls))),
      insert_attempt_(connection.prepare(insert_into("attempts", columns::attempts))),
      insert_call_(connection.prepare(insert_into("provider_calls", columns::provider_calls))),
      settle_call_(connection.prepare(settle_call)),
      settle_attempt_(connection.prepare(
          "UPDATE attempts SET outcome = ?, decline_code = ?, finished_at = ? WHERE id = ?")) {}

void AttemptWriter::load_open(std::span<const PaymentId> payments, std::vector<Attempt>& attempts) {
  for (const auto id : payments) {
    find_open_.parameters().integer(id.value);
    find_open_.each([&](const Statement& row) { attempts.push_back(columns::read_attempt(row)); });
  }
}

void AttemptWriter::insert(std::span<const Attempt> attempts) {
  for (const auto& attempt : attempts) {
    auto parameters = insert_attempt_.parameters();
    columns::write_attempt(parameters, attempt);
    insert_attempt_.run();
    if (!attempt.call) continue;
    auto call = insert_call_.parameters();
    columns::write_call(call, attempt, *attempt.call);
    columns::write_time(call, attempt.call->due_at);
    insert_call_.run();
  }
}

/// Whose call is not open any more, or who never had one, stays as it is.
void AttemptWriter::settle(std::span<const AttemptSettlement> settlements) {
  for (const auto& settlement : settlements) {
    auto call = settle_call_.parameters();
    call.integer(is_final(settlement.outcome) ? 0 : 1);
    call.text(settlement.reference);
    call.integer(settlement.tries);
    call.text(columns::error_text(settlement.last_error));
    call.integer(settlement.needs_attention ? 1 : 0);
    call.integer(settlement.being_asked ? 1 : 0);
    columns::write_time(call, due_at(settlement));
    call.integer(settlement.id.value);
    settle_call_.run();
    if (sqlite3_changes64(db_) == 0) continue;

    auto attempt = settle_attempt_.parameters();
    attempt.text(name(settlement.outcome));
    attempt.text(settlement.decline_code);
    columns::write_time(attempt, settlement.finished_at);
    attempt.integer(settlement.id.value);
    settle_attempt_.run();
  }
}

}  // namespace pay::sqlite
