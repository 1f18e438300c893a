#include "storage/mysql/settle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "storage/mysql/load.hpp"
#include "storage/notification_columns.hpp"

namespace pay::mysql {
namespace {

/// By id, whatever the optimizer thinks of the other index: it would lock every row on its way. Assignments
/// are carried out from left to right and see each other.
constexpr std::string_view update = "UPDATE notifications FORCE INDEX (PRIMARY) SET";

std::string deliver(std::span<const NotificationId> ids, Timestamp at) {
  return fmt::format(
      "{} status = 'delivered', attempts = attempts + 1, last_error = '', updated_at = {}, due_at = {}, "
      "claimed_by = '' WHERE id IN ({}) AND status = 'pending'",
      update, columns::to_integer(at), columns::to_integer(at), list_of(ids));
}

/// What became of tries of one claim, and is written alike.
struct Alike {
  Settlement::Kind kind;
  std::string claim;
  std::string last_error;
  auto operator<=>(const Alike&) const = default;
};
struct Tried {
  NotificationId id;
  std::chrono::microseconds retry_in;
};
struct Group {
  std::vector<Tried> rows;
  Timestamp at{};
};

/// Only while the row bears the claim of that try: with another, it is another instance's.
std::string settle_tries(const Alike& alike, std::span<const Tried> rows, Timestamp at) {
  std::vector<NotificationId> ids;
  std::vector<IdAndTime> waits;
  for (const auto& row : rows) {
    ids.push_back(row.id);
    waits.push_back({.id = row.id.value, .time = row.retry_in.count()});
  }
  const auto where =
      fmt::format("claimed_by = '' WHERE id IN ({}) AND status = 'pending' AND claimed_by = {}",
                  list_of(std::span<const NotificationId>(ids)),
                  quoted(alike.claim.empty() ? claim_of_first_try : alike.claim));
  if (alike.kind == Settlement::Kind::released) {
    return fmt::format("{} due_at = {}, {}", update, database_now, where);
  }
  const bool is_dead = alike.kind == Settlement::Kind::dead;
  return fmt::format(
      "{} status = '{}', attempts = attempts + 1, last_error = {}, updated_at = {}, due_at = {}, {}", update,
      is_dead ? "dead" : "pending", quoted(alike.last_error), columns::to_integer(at),
      is_dead ? std::to_string(columns::to_integer(at)) : fmt::format("{} + {}", database_now, by_id(waits)),
      where);
}

/// One that is under way somewhere stays with whoever tries it, until it is delivered or its claim is over;
/// that the try failed no longer counts. Since the batch was decided, a later one of its payment may have
/// been born: then the dead stay dead. (No statement may ask the table that it changes, unless in a table of
/// its own.)
std::string retry(const Settlement& settlement) {
  return fmt::format(
      "{0} due_at = IF(status = 'pending' AND claimed_by <> '', due_at, {1}), "
      "claimed_by = IF(status = 'pending' AND claimed_by <> '', 'asked', ''), status = 'pending', "
      "attempts = 0, updated_at = {2} WHERE id = {3} AND status <> 'delivered' "
      "AND (status <> 'dead' OR NOT EXISTS (SELECT 1 FROM (SELECT l.id FROM notifications o "
      "FORCE INDEX (PRIMARY) JOIN notifications l FORCE INDEX (notifications_by_payment) "
      "ON l.payment_id = o.payment_id AND l.sequence > o.sequence "
      "WHERE o.id = {3} AND l.status <> 'dead' LIMIT 1) later))",
      update, database_now, columns::to_integer(settlement.at), settlement.id.value);
}

void add_tries(Script& script, const Alike& alike, Group& group) {
  std::ranges::sort(group.rows, {}, &Tried::id);
  for (std::span<const Tried> left = group.rows; !left.empty();) {
    const auto some = left.first(std::min(left.size(), times_a_statement));
    script.add(settle_tries(alike, some, group.at));
    left = left.subspan(some.size());
  }
}

Alike alike_of(const Settlement& settlement) {
  return {.kind = settlement.kind,
          .claim = settlement.claim,
          .last_error = columns::error_text(settlement.last_error)};
}

void add_alone(Script& script, const Settlement& settlement) {
  if (settlement.kind == Settlement::Kind::delivered) {
    script.add(deliver(std::span(&settlement.id, 1), settlement.at));
  } else if (settlement.kind == Settlement::Kind::retried) {
    script.add(retry(settlement));
  } else {
    Group group{.rows = {{.id = settlement.id, .retry_in = settlement.retry_in}}, .at = settlement.at};
    add_tries(script, alike_of(settlement), group);
  }
}

}  // namespace

void add_settlements(Script& script, std::span<const Settlement> settlements) {
  std::vector<NotificationId> delivered;
  Timestamp delivered_at{};
  std::map<Alike, Group> tries;
  std::vector<const Settlement*> alone;
  std::set<NotificationId> changed;
  for (const auto& settlement : settlements) {
    const bool comes_first = changed.insert(settlement.id).second;
    if (!comes_first || settlement.kind == Settlement::Kind::retried) {
      alone.push_back(&settlement);
    } else if (settlement.kind == Settlement::Kind::delivered) {
      delivered.push_back(settlement.id);
      delivered_at = std::max(delivered_at, settlement.at);
    } else {
      auto& group = tries[alike_of(settlement)];
      group.rows.push_back({.id = settlement.id, .retry_in = settlement.retry_in});
      group.at = std::max(group.at, settlement.at);
    }
  }
  std::ranges::sort(delivered);
  for (std::span<const NotificationId> left = delivered; !left.empty();) {
    const auto some = left.first(std::min(left.size(), ids_a_statement));
    script.add(deliver(some, delivered_at));
    left = left.subspan(some.size());
  }
  for (auto& [alike, group] : tries) add_tries(script, alike, group);
  for (const auto* settlement : alone) add_alone(script, *settlement);
}

}  // namespace pay::mysql
