#include "storage/mysql/list.hpp"

#include <fmt/format.h>

#include "storage/attempt_columns.hpp"
#include "storage/filter.hpp"
#include "storage/mysql/sql.hpp"
#include "storage/notification_columns.hpp"

namespace pay::mysql {
namespace {

/// The best index for a filter, and the conditions that it does not answer.
struct Plan {
  std::string_view columns;
  std::string_view table;
  std::string_view joined{};  ///< what stands beside each row of the table
  std::string_view id = "id";
  std::string_view index = "PRIMARY";
  std::string by_index = "TRUE";
  std::string remaining{};
  std::size_t examined = max_rows_examined;

  void require(std::string_view by, std::string condition) {
    if (!by.empty() && index == "PRIMARY") {
      index = by;
      by_index = std::move(condition);
    } else {
      remaining += " AND " + condition;
    }
  }
};

Plan plan_for(const PaymentFilter& filter) {
  Plan plan{.columns = columns::payments, .table = "payments"};
  if (filter.order_id)
    plan.require("payments_by_order", fmt::format("order_id = {}", filter.order_id->value));
  if (filter.user_id) plan.require("payments_by_user", fmt::format("user_id = {}", filter.user_id->value));
  if (filter.client) plan.require("payments_by_client", "client = " + quoted_bytes(*filter.client));
  if (filter.status) plan.require({}, "status = " + quoted(name(*filter.status)));
  if (const auto& from = filter.created_from) {
    plan.require({}, fmt::format("created_at >= {}", columns::to_integer(*from)));
  }
  if (const auto& to = filter.created_to) {
    plan.require({}, fmt::format("created_at < {}", columns::to_integer(*to)));
  }
  return plan;
}

Plan plan_for(const NotificationFilter& filter) {
  Plan plan{.columns = columns::notifications, .table = "notifications"};
  if (const auto& id = filter.payment_id) {
    plan.require("notifications_by_payment", fmt::format("payment_id = {}", id->value));
  }
  if (filter.client) plan.require({}, "client = " + quoted_bytes(*filter.client));
  if (filter.status) plan.require({}, "status = " + quoted(name(*filter.status)));
  return plan;
}

/// Those that are not final are led to by an index that holds no others.
Plan plan_for(const AttemptFilter& filter) {
  Plan plan{.columns = columns::attempts_with_calls,
            .table = "attempts a",
            .joined = "LEFT JOIN provider_calls c ON c.attempt_id = a.id",
            .id = "a.id"};
  if (wants_open_only(filter)) {
    plan = {.columns = columns::attempts_with_calls,
            .table = "provider_calls c",
            .joined = "STRAIGHT_JOIN attempts a ON a.id = c.attempt_id",
            .id = "c.attempt_id",
            .examined = max_open_attempts_examined};
    plan.require("provider_calls_open", "c.is_open = 1");
  }
  if (filter.outcome) plan.require({}, "a.outcome = " + quoted(name(*filter.outcome)));
  if (filter.provider) plan.require({}, "a.provider = " + quoted(*filter.provider));
  if (const auto& needed = filter.needs_attention)
    plan.require({}, fmt::format("COALESCE(c.needs_attention, 0) = {}", *needed ? 1 : 0));
  if (filter.client) {
    plan.require({},
                 fmt::format("EXISTS (SELECT 1 FROM payments p WHERE p.id = a.payment_id AND p.client = {})",
                             quoted_bytes(*filter.client)));
  }
  return plan;
}

ListScript script_of(const Plan& plan, std::int64_t before, std::size_t limit) {
  const auto from = fmt::format("FROM {} FORCE INDEX ({})", plan.table, plan.index);
  const auto where = fmt::format("WHERE {} AND {} < {}", plan.by_index, plan.id, before);
  const auto newest = fmt::format("ORDER BY {} DESC LIMIT", plan.id);
  if (plan.remaining.empty()) {
    return {.text = fmt::format("SELECT {} {} {} {} {} {}", plan.columns, from, plan.joined, where, newest,
                                limit + 1)};
  }
  // The bound comes first: what is inserted between the statements is either seen or not, but the next slice
  // begins where this one was told to end.
  return {.text = fmt::format("SET @bound = (SELECT {0} {1} {2} {3} {4}, 1); "
                              "SELECT {5} {1} {6} {2} AND {0} >= COALESCE(@bound, 0){7} {3} {8}; "
                              "SELECT @bound",
                              plan.id, from, where, newest, plan.examined - 1, plan.columns, plan.joined,
                              plan.remaining, limit + 1),
          .statements = 3,
          .rows_statement = 1,
          .bound_statement = 2};
}

}  // namespace

ListScript list_script(const PaymentFilter& filter, std::int64_t before, std::size_t limit) {
  return script_of(plan_for(filter), before, limit);
}

ListScript list_script(const NotificationFilter& filter, std::int64_t before, std::size_t limit) {
  return script_of(plan_for(filter), before, limit);
}

ListScript list_script(const AttemptFilter& filter, std::int64_t before, std::size_t limit) {
  return script_of(plan_for(filter), before, limit);
}

}  // namespace pay::mysql
