#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace pay::sqlite {

/// A statement that takes a row's values in the order of these columns.
inline std::string insert_into(std::string_view table, std::string_view columns) {
  std::string marks = "?";
  for (auto more = std::ranges::count(columns, ','); more > 0; --more) marks += ",?";
  std::string sql = "INSERT INTO ";
  sql.append(table).append(" (").append(columns).append(") VALUES (").append(marks).append(")");
  return sql;
}

}  // namespace pay::sqlite
