#include "app/demo.hpp"

namespace pay::app {
namespace {

Job demo_payment(std::int64_t number, Decimal amount, Currency currency) {
  return {.command = CreatePayment{
              .order_id = {number}, .user_id = {number}, .amount = amount, .currency = currency}};
}

bool try_to_create(WriteStore& store, std::span<const Job> jobs, const Clock& clock) {
  try {
    auto loaded = store.load(what_is_wanted(jobs));
    const Lifetimes lifetimes;
    const auto outcome =
        decide_batch(jobs, std::move(loaded), {.now = clock.now(), .lifetimes = lifetimes, .ids = store});
    if (!outcome.replies.front()) {
      throw std::runtime_error("the demo payments do not fit the currency; leave --demo or --currency out");
    }
    const auto& created = outcome.changes.created;
    // Of several instances that start together, the one that has the first ids creates the rows.
    const bool is_ours = !created.empty() && created.front().id == PaymentId{1};
    if (!is_ours) {
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
  const std::array jobs{demo_payment(1, {.units = 1999, .billionths = 990'000'000}, currency),
                        demo_payment(2, {.units = 59, .billionths = 500'000'000}, currency)};
  const auto writer = store.open_writer();
  constexpr int tries = 10;
  for (int i = 0; i < tries && !try_to_create(*writer, jobs, clock); ++i) {
  }
  writer->close();
}

}  // namespace pay::app
