#include "model/provider_health.hpp"

#include "model/names.hpp"

namespace pay {
namespace {

using namespace std::string_view_literals;

constexpr Names states{ProviderHealth::State::down, std::to_array({"up"sv, "trial"sv, "down"sv})};

}  // namespace

std::string_view name(ProviderHealth::State state) {
  return states.of(state);
}

}  // namespace pay
