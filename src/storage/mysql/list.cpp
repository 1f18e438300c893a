#include "storage/mysql/list.hpp"

#include <fmt/format.h>

#include "storage/columns.hpp"
#include "storage/filter.hpp"
#include "storage/mysql/sql.hpp"

namespace pay::mysql {
namespace {

/// The best index for a filter, and the conditions that it does not answer.
struct Plan {
  std::string_view index = "PRIMARY";
  std::string by_index = "TRUE";
  std::string remaining;
};

Plan plan_for(const PaymentFilter& filter) {
  Plan plan;
  const auto require = [&](std::string_view index, std::string condition) {
    if (!index.empty() && plan.index == "PRIMARY") {
      plan.index = index;
      plan.by_index = std::move(condition);
    } else {
      plan.remaining += " AND " + condition;
    }
  };
  const auto quoted = [](std::string_view text) {
    std::string literal;
    append_text(literal, text);
    return literal;
  };
  if (filter.order_id) require("payments_by_order", fmt::format("order_id = {}", filter.order_id->value));
  if (filter.user_id) require("payments_by_user", fmt::format("user_id = {}", filter.user_id->value));
  if (filter.client) {
    std::string bytes;
    append_bytes(bytes, *filter.client);
    require("payments_by_client", "client = " + bytes);
  }
  if (filter.status) require({}, "status = " + quoted(name(*filter.status)));
  if (const auto& from = filter.created_from) {
    require({}, fmt::format("created_at >= {}", columns::to_integer(*from)));
  }
  if (const auto& to = filter.created_to) {
    require({}, fmt::format("created_at < {}", columns::to_integer(*to)));
  }
  return plan;
}

}  // namespace

ListScript list_script(const PaymentFilter& filter, std::int64_t before, std::size_t limit) {
  const auto plan = plan_for(filter);
  const auto from =
      fmt::format("FROM payments FORCE INDEX ({}) WHERE {} AND id < {}", plan.index, plan.by_index, before);
  const auto page = fmt::format("ORDER BY id DESC LIMIT {}", limit + 1);
  if (plan.remaining.empty()) {
    return {.text = fmt::format("SELECT {} {} {}", columns::payments, from, page)};
  }
  // The bound comes first: what is inserted between the statements is either seen or not, but the next slice
  // begins where this one was told to end.
  return {.text = fmt::format("SET @bound = (SELECT id {0} ORDER BY id DESC LIMIT {1}, 1); "
                              "SELECT {2} {0} AND id >= COALESCE(@bound, 0){3} {4}; "
                              "SELECT @bound",
                              from, max_rows_examined - 1, columns::payments, plan.remaining, page),
          .statements = 3,
          .rows_statement = 1,
          .bound_statement = 2};
}

}  // namespace pay::mysql
