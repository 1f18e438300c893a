#pragma once

#include <functional>

#include "client/wrong_keys.hpp"
#include "controller/call.hpp"
#include "controller/first_try.hpp"
#include "controller/gate.hpp"
#include "controller/webhook_gate.hpp"
#include "flow/flow.hpp"
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
  struct Surroundings {
    ProviderDoors doors;
    const Clock& clock;
  };
  Arrivals(boost::asio::io_context& io, Commands& commands, Questions& questions, FirstTry& first_try,
           Surroundings surroundings);

  /// 200 also for what is about nothing of ours: the provider has done its part.
  http::Task<http::Response> receive_webhook(const Call& call);
  /// Sends the payer back to the shop when it said where, else shows a page. Whoever has no key of one of the
  /// payment's attempts is told nothing, not even whether there is such a payment, and nobody is asked for
  /// them. Keys are not hard to guess, but few may be tried: then nobody is told about that payment for the
  /// rest of a minute.
  http::Task<http::Response> welcome_back(const Call& call);

  /// No webhook is waited for any more: a provider that does not answer does not hold up a stop.
  void let_go() { webhooks_.let_go(); }

 private:
  http::Task<Result<std::optional<Attempt>>> find_attempt(PaymentId payment, std::string_view key);

  WebhookGate webhooks_;
  Commands& commands_;
  Questions& questions_;
  FirstTry& first_try_;
  const ProviderDoors doors_;
  const Clock& clock_;
  WrongKeys wrong_keys_;
};

}  // namespace pay::controller
