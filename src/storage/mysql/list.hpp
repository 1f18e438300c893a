#pragma once

#include <string>

#include "storage/store.hpp"

namespace pay::mysql {

/// The statements for one slice of a list: rows of its table, and, when a bound was needed, one row that
/// says where the slice ends (NULL: at the last one).
struct ListScript {
  std::string text;
  std::size_t statements = 1;
  std::size_t rows_statement = 0;   ///< which of the statements gives rows
  std::size_t bound_statement = 0;  ///< which gives the bound
};
ListScript list_script(const PaymentFilter& filter, std::int64_t before, std::size_t limit);
ListScript list_script(const NotificationFilter& filter, std::int64_t before, std::size_t limit);
ListScript list_script(const AttemptFilter& filter, std::int64_t before, std::size_t limit);

}  // namespace pay::mysql
