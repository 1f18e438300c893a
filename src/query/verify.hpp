#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "storage/store.hpp"

namespace pay {

/// What `verify` has looked at.
struct VerifyCounts {
  std::size_t payments = 0;
  std::size_t events = 0;
  std::size_t attempts = 0;
  std::size_t refunds = 0;
  std::size_t keys = 0;
  std::size_t problems = 0;
};

/// Folds every payment's events and compares with its row; checks sequences, transitions, captures, refunds,
/// attempts and keys, on one state of the database, a thousand payments
/// and their events at a time. `report` is told of each thing that
/// does not hold, in one line. Throws StoreUnavailable.
VerifyCounts verify(ReadStore& store, const std::function<void(const std::string&)>& report);

/// What does not hold of one payment, in one line each. All rows are the payment's own, in ascending order.
std::vector<std::string> check_payment(const Payment& payment, std::span<const Event> events,
                                       std::span<const Attempt> attempts, std::span<const Refund> refunds);

}  // namespace pay
