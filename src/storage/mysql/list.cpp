#include "storage/mysql/list.hpp"

#include <fmt/format.h>

#include "storage/filter.hpp"
#include "storage/mysql/sql.hpp"
#include "storage/notification_columns.hpp"

namespace pay::mysql {
namespace {

/// The best index for a filter, and the conditions that it does not answer.
struct Plan {
  std::string_view columns;
  std::string_view table;
  std::string_view index = "PRIMARY";
  std::string by_index = "TRUE";
  std::string remaining;

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

ListScript script_of(const Plan& plan, std::int64_t before, std::size_t limit) {
  const auto from = fmt::format("FROM {} FORCE INDEX ({}) WHERE {} AND id < {}", plan.table, plan.index,
                                plan.by_index, before);
  const auto page = fmt::format("ORDER BY id DESC LIMIT {}", limit + 1);
  if (plan.remaining.empty()) {
    return {.text = fmt::format("SELECT {} {} {}", plan.columns, from, page)};
  }
  // The bound comes first: what is inserted between the statements is either seen or not, but the next slice
  // begins where this one was told to end.
  return {.text = fmt::format("SET @bound = (SELECT id {0} ORDER BY id DESC LIMIT {1}, 1); "
                              "SELECT {2} {0} AND id >= COALESCE(@bound, 0){3} {4}; "
                              "SELECT @bound",
                              from, max_rows_examined - 1, plan.columns, plan.remaining, page),
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

}  // namespace pay::mysql
