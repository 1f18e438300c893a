#include "app/demo.hpp"

#include <fmt/format.h>

#include "command/fingerprint.hpp"

namespace pay::app {
namespace {

Job demo_payment(std::int64_t number, std::string_view amount, Currency currency) {
  Job job{.command = CreatePayment{.order_id = {number},
                                   .user_id = {number},
                                   .amount = *Decimal::parse(amount),
                                   .currency = currency}};
  job.protection = Protection{.key = {.client = "demo", .key = fmt::format("demo-{}", number)},
                              .fingerprint = fingerprint(job.command)};
  return job;
}

bool try_to_create(WriteStore& store, std::span<const Job> jobs, const Clock& clock) {
  try {
    auto loaded = store.load(what_is_wanted(jobs));
    const Lifetimes lifetimes;
    const auto outcome =
        decide_batch(jobs, std::move(loaded), {.now = clock.now(), .lifetimes = lifetimes, .ids = store});
    if (outcome.changes.empty()) {
      store.roll_back();
    } else {
      store.save(outcome.changes);
    }
    return true;
  } catch (const StoreConflict&) {
    return false;
  }
}

}  // namespace

void create_demo_payments(Store& store, const Clock& clock, Currency currency) {
  const bool is_empty = store.open_reader()->list_payments({}, max_id + 1, 1).rows.empty();
  if (!is_empty) return;
  const std::array jobs{demo_payment(1, "1999.99", currency), demo_payment(2, "59.50", currency)};
  const auto writer = store.open_writer();
  constexpr int tries = 10;
  for (int i = 0; i < tries && !try_to_create(*writer, jobs, clock); ++i) {
  }
  writer->close();
}

}  // namespace pay::app
