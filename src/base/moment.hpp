#pragma once

#include <chrono>
#include <functional>

namespace pay {

/// A point of the clock that nobody sets. What waits is measured by it; what is stored is not.
using Moment = std::chrono::steady_clock::time_point;

/// Where it comes from; tests give their own. Any thread.
using Steady = std::function<Moment()>;

}  // namespace pay
