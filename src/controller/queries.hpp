#pragma once

#include "controller/call.hpp"

/// The endpoints that only ask: each makes a request a query, or says what is wrong with it.
namespace pay::controller {

Result<Query> get_payment(const Call& call);
Result<Query> list_payments(const Call& call);
Result<Query> list_events(const Call& call);
Result<Query> list_refunds(const Call& call);
Result<Query> list_attempts(const Call& call);
Result<Query> list_all_attempts(const Call& call);
Result<Query> list_notifications(const Call& call);
Result<Query> check_ready(const Call& call);

}  // namespace pay::controller
