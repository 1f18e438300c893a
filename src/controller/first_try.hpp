#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "command/commands.hpp"
#include "http/handler.hpp"
#include "outbox/notifier.hpp"

/// People expect the order to be paid when `process` returns: the shop is told before they are answered, for
/// as long as the first try may take.
namespace pay::controller {

/// The commands after which a session waits.
inline bool takes_money(const Command& command) {
  return std::holds_alternative<ProcessPayment>(command) || std::holds_alternative<CapturePayment>(command);
}

/// The payment that such a command has made paid; nothing when it did not, or only told so again.
inline const Payment* just_paid(const Reply& reply) {
  const auto* one = std::get_if<PaymentReply>(&reply);
  const bool is = one && !one->refusal && !one->replayed && one->payment.status == Status::paid;
  return is ? &one->payment : nullptr;
}

/// Between a session, which waits, and the notifier, which is done on any thread: only the io_context resumes
/// a session, and destroys those that still wait when it runs no more. So it outlives the notifier.
class FirstTry {
 public:
  FirstTry(boost::asio::io_context& io, Notifier& notifier) : io_(io), notifier_(notifier) {}

  http::Task<void> wait(const Payment& payment) {
    return boost::asio::async_initiate<const decltype(http::use_task), void()>(
        [this](auto handler, PaymentId id, std::int64_t sequence) {
          notifier_.after_first_try(id, sequence, [&io = io_, resume = std::move(handler)]() mutable {
            boost::asio::post(io, std::move(resume));
          });
        },
        http::use_task, payment.id, payment.version);
  }

 private:
  boost::asio::io_context& io_;
  Notifier& notifier_;
};

}  // namespace pay::controller
