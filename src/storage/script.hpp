#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pay {

/// The statements of a migration. Each ends with `;` at the end of a line; a line that begins with `--` is a
/// comment.
std::vector<std::string> statements_of(std::string_view script);

}  // namespace pay
