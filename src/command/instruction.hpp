#pragma once

#include <string_view>

#include "provider/provider.hpp"

namespace pay {

/// What a provider is told of an attempt with its call, by whoever asks it: for the first time, or to find
/// out. `public_url` is where shoppers and providers reach this service.
Instruction instruction_of(const Payment& payment, const Attempt& attempt, std::string_view public_url);

}  // namespace pay
