#include "query/verify.hpp"

#include <fmt/format.h>

#include "app/cli/subcommands.hpp"
#include "app/open_store.hpp"

namespace pay::app {
namespace {

/// Enough to see what kind of thing is wrong; the count tells how much of it.
constexpr std::size_t lines_shown = 20;

}  // namespace

int verify(const Configuration& configuration) {
  const auto store = open_to_read(configuration.database);
  std::size_t shown = 0;
  const auto counts = pay::verify(*store, [&](const std::string& line) {
    if (shown++ < lines_shown) fmt::print("{}\n", line);
  });
  fmt::print("{} payments, {} events, {} attempts, {} refunds, {} keys: {}\n", counts.payments, counts.events,
             counts.attempts, counts.refunds, counts.keys,
             counts.problems == 0 ? "all holds" : fmt::format("{} things do not hold", counts.problems));
  return counts.problems == 0 ? 0 : 1;
}

}  // namespace pay::app
