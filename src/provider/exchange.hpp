#pragma once

#include <variant>

#include "http/client.hpp"
#include "provider/provider.hpp"

/// How a provider that speaks HTTP is asked: an adapter is a Wire, pure functions from instructions to
/// requests and from answers to outcomes, and whatever opens its door. Sending is the same for all.
namespace pay {

/// One request to the provider, without what authenticates it.
struct ProviderRequest {
  std::string_view method = "POST";
  std::string path;  ///< from the API's base on: `/v1/payment_intents`
  std::string_view content_type = "application/json";
  std::string body{};
  std::vector<std::string> headers{};  ///< `Name: value`
  int step = 0;                        ///< the wire's own: which of its requests this is
  /// Sent twice it does nothing twice: it carries a key, or only reads. Any other is never sent on a
  /// connection that was kept, since whoever finds it closed sends the request again.
  bool repeatable = false;
};

/// What comes next: another request, or the end.
using Step = std::variant<ProviderRequest, Outcome>;

/// The provider's language. Pure but for the time of day, and thread-safe; does not throw.
///
/// `NotExecuted` after a look-up is what doubles money when it is wrong: what is repeated now may have been
/// done the first time. It stands only where it follows from an answer 400 or 422 to a request that repeats
/// the first one under its key (a key that had been carried out would have got the first answer again).
/// Everything else that was not executed while looking up, a refused connection, a 401, a 429, says nothing
/// about the first time: the sender makes it `Unknown`, whatever the wire says. So it does when the client
/// had to send a request twice.
class Wire {
 public:
  virtual ~Wire() = default;
  [[nodiscard]] virtual Step carry_out(const Instruction& instruction) const = 0;
  [[nodiscard]] virtual Step look_up(const Instruction& instruction) const = 0;
  /// After the answer to `asked`, or none. An answer that was expected from no such request is `Unknown`.
  [[nodiscard]] virtual Step next(const Instruction& instruction, const ProviderRequest& asked,
                                  const http::CallOutcome& answer) const = 0;
};

/// What a request says to be let in.
class Credentials {
 public:
  /// `Authorization: …`, or why there is none, and what that shows of the provider: then nothing was sent.
  using Done = std::move_only_function<void(std::expected<std::string, NotExecuted>)>;

  virtual ~Credentials() = default;
  /// Thread-safe. `done` is called once, on any thread, perhaps before the call returns.
  virtual void authorize(Done done) = 0;
  /// The provider answered 401: what was given last is good no more. True when it makes sense to try again.
  virtual bool renew(std::string_view header) = 0;
};

/// What no answer means, whoever was asked: never sent is `NotExecuted`, anything after the first byte is
/// `Unknown` (RFC 9110, section 9.2.2: only whoever knows that nothing was done may repeat it freely).
Outcome outcome_of(http::CallFailure failure);

/// What this shows of the provider's health: 401, 403, 429 and 5xx are no answers of one that is well.
Contact contact_of(const http::CallOutcome& answer);

}  // namespace pay
