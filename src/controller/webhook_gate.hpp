#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "http/handler.hpp"
#include "http/message.hpp"
#include "provider/webhook.hpp"

namespace pay::controller {

/// Between sessions, which wait, and doors of providers, which answer on any thread and as late as their
/// provider does. One thread: the server's. Outlives all sessions.
class WebhookGate {
 public:
  using Read = Result<std::optional<PaymentId>>;

  explicit WebhookGate(boost::asio::io_context& io);

  /// What the door says of the request; `unavailable` too once those who wait are let go.
  http::Task<Read> read(WebhookDoor& door, const http::Request& request);
  /// Those who wait, and all later ones, are answered `unavailable`: whoever sent it sends it again.
  void let_go();

 private:
  struct Waiting;

  boost::asio::io_context& io_;
  /// Goes with the gate: what a door says after that finds nobody.
  const std::shared_ptr<Waiting> waiting_;
};

}  // namespace pay::controller
