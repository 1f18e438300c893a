#include "storage/mysql/settle.hpp"

#include <fmt/format.h>

#include <algorithm>
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

std::string fail(const Settlement& settlement, std::string_view due_at, std::string_view status) {
  return fmt::format(
      "{} status = '{}', attempts = attempts + 1, last_error = {}, updated_at = {}, due_at = {}, "
      "claimed_by = '' WHERE id = {} AND status = 'pending'",
      update, status, quoted(columns::error_text(settlement.last_error)), columns::to_integer(settlement.at),
      due_at, settlement.id.value);
}

std::string release(const Settlement& settlement) {
  return fmt::format("{} due_at = {}, claimed_by = '' WHERE id = {} AND status = 'pending'", update,
                     database_now, settlement.id.value);
}

/// One that is under way somewhere stays with whoever tries it, until it fails or its claim is over.
std::string retry(const Settlement& settlement) {
  return fmt::format(
      "{0} due_at = IF(status = 'pending' AND claimed_by <> '', due_at, {1}), status = 'pending', "
      "attempts = 0, updated_at = {2} WHERE id = {3} AND status <> 'delivered'",
      update, database_now, columns::to_integer(settlement.at), settlement.id.value);
}

std::string settle(const Settlement& settlement) {
  switch (settlement.kind) {
    case Settlement::Kind::delivered:
      return deliver(std::span(&settlement.id, 1), settlement.at);
    case Settlement::Kind::failed:
      return fail(settlement, from_now(settlement.retry_in), "pending");
    case Settlement::Kind::dead:
      return fail(settlement, std::to_string(columns::to_integer(settlement.at)), "dead");
    case Settlement::Kind::released:
      return release(settlement);
    case Settlement::Kind::retried:
      return retry(settlement);
  }
  return {};
}

}  // namespace

void add_settlements(Script& script, std::span<const Settlement> settlements) {
  std::vector<NotificationId> delivered;
  std::vector<const Settlement*> others;
  std::set<NotificationId> changed;
  Timestamp at{};
  for (const auto& settlement : settlements) {
    const bool comes_first = !changed.contains(settlement.id);
    if (settlement.kind == Settlement::Kind::delivered && comes_first) {
      delivered.push_back(settlement.id);
      at = std::max(at, settlement.at);
    } else {
      others.push_back(&settlement);
      changed.insert(settlement.id);
    }
  }
  std::ranges::sort(delivered);
  for (std::span<const NotificationId> left = delivered; !left.empty();) {
    const auto some = left.first(std::min(left.size(), ids_a_statement));
    script.add(deliver(some, at));
    left = left.subspan(some.size());
  }
  for (const auto* settlement : others) script.add(settle(*settlement));
}

}  // namespace pay::mysql
