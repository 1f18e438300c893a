#include "provider/outcome.hpp"

#include <array>

namespace pay {

std::string_view name(const Outcome& outcome) {
  static constexpr std::array<std::string_view, std::variant_size_v<Outcome>> names{
      "succeeded", "declined", "action_required", "pending", "not_executed", "unknown"};
  return names.at(outcome.index());
}

}  // namespace pay
