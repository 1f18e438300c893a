#pragma once

#include "contract/provider/subject.hpp"

/// Each in a file of its own.
namespace pay::test {

Profile simulator_profile();
Profile stripe_profile();
Profile paypal_profile();
/// The example of docs/adding-a-provider.md, compiled from there.
Profile example_profile();

}  // namespace pay::test
