#pragma once

#include <gmock/gmock.h>

#include <cstdlib>
#include <random>

#include "query/verify.hpp"
#include "support/memory_store.hpp"
#include "unit/command/samples.hpp"

/// What random tests share: a seed that can be given again, and the rules that hold for whatever happened.
namespace pay::test {

inline std::uint32_t seed_of_this_run() {
  const char* wanted = std::getenv("PAY_TEST_SEED");
  return wanted ? static_cast<std::uint32_t>(std::strtoul(wanted, nullptr, 10)) : std::random_device{}();
}

template <class Row, class IsOwn>
std::vector<Row> own(const std::vector<Row>& rows, IsOwn is_own) {
  std::vector<Row> found;
  std::ranges::copy_if(rows, std::back_inserter(found), is_own);
  return found;
}

inline void expect_to_hold(const Memory& memory, const Payment& payment) {
  const auto events = own(memory.events, [&](const Event& e) { return e.after.id == payment.id; });
  const auto attempts = own(memory.attempts, [&](const Attempt& a) { return a.payment_id == payment.id; });
  const auto refunds = own(memory.refunds, [&](const Refund& r) { return r.payment_id == payment.id; });
  EXPECT_THAT(check_payment(payment, events, attempts, refunds), testing::IsEmpty());
  EXPECT_LE(payment.refunded_minor, payment.captured_minor);
}

}  // namespace pay::test
