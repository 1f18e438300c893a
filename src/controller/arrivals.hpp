#pragma once

#include <functional>

#include "controller/call.hpp"
#include "controller/first_try.hpp"
#include "controller/gate.hpp"
#include "flow/flow.hpp"
#include "provider/webhook.hpp"
#include "query/reader.hpp"
#include "view/responses.hpp"

namespace pay::controller {

using Commands = Gate<Flow, Job, Reply>;
using Questions = Gate<Reader, Question, QueryResult>;

/// What lets in providers that call of their own accord. All outlive every session.
struct ProviderDoors {
  /// Nothing when there is no such provider, when it sends no webhooks, or when it is not set up for them.
  std::function<WebhookDoor*(std::string_view provider)> find = [](std::string_view) { return nullptr; };
  /// Something may be due now that was not before. Called on the server's thread; does not block.
  std::function<void()> wake_repairer = [] {};
};

/// Those who come because of a provider, and whom nobody knows: no key lets them in. Webhooks are hints,
/// which bring a look-up forward; payers who come back are why an attempt is looked up on the spot. One
/// thread: the server's.
class Arrivals {
 public:
  Arrivals(boost::asio::io_context& io, Commands& commands, Questions& questions, FirstTry& first_try,
           ProviderDoors doors);

  /// 200 also for what is about nothing of ours: the provider has done its part.
  http::Task<http::Response> receive_webhook(const Call& call);
  /// Sends the payer back to the shop when it said where, else shows a page. Whoever has no key of one of the
  /// payment's attempts is told nothing, and nobody is asked for them.
  http::Task<http::Response> welcome_back(const Call& call);

 private:
  http::Task<Result<std::optional<PaymentId>>> read(WebhookDoor& door, const http::Request& request);
  http::Task<Result<std::optional<Attempt>>> find_attempt(PaymentId payment, std::string_view key);

  boost::asio::io_context& io_;
  Commands& commands_;
  Questions& questions_;
  FirstTry& first_try_;
  const ProviderDoors doors_;
};

}  // namespace pay::controller
