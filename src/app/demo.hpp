#pragma once

#include "command/batch.hpp"

namespace pay::app {

/// The two rows that the reference's table is seeded with (order 1, user 1, 1999.99; order 2, user 2, 59.50),
/// created and unpaid with the ids 1 and 2, when there never was a payment. Several instances may do so at
/// once: the one that draws the first ids creates them. Throws what the store throws.
void create_demo_payments(Store& store, const Clock& clock, Currency currency);

}  // namespace pay::app
