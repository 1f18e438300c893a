#pragma once

#include "controller/call.hpp"

/// The endpoints that change something: each makes a request a command, or says what is wrong with it.
namespace pay::controller {

Result<Command> create_payment(const Call& call);
Result<Command> process_payment(const Call& call);
Result<Command> capture_payment(const Call& call);
Result<Command> cancel_payment(const Call& call);
Result<Command> refund_payment(const Call& call);
Result<Command> delete_payment(const Call& call);
Result<Command> cancel_by_order(const Call& call);
Result<Command> refund_by_order(const Call& call);
Result<Command> retry_notification(const Call& call);

}  // namespace pay::controller
