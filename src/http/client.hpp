#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pay::http {

/// One request to somebody else.
struct OutgoingRequest {
  std::string_view method;                             ///< static text
  std::string url;                                     ///< `http://…` or `https://…`
  std::string_view content_type = "application/json";  ///< static text; sent when there is a body
  std::string body{};
  std::vector<std::string> headers{};  ///< `Name: value`
  /// For all of it, connecting included. Half of it at most goes by before the call begins.
  std::chrono::milliseconds timeout{5000};
  bool fresh_connection = false;  ///< does not trust a connection that was kept
};

/// Overwrites the body, which may hold a card that was typed. Whoever is done with a request calls it.
void wipe(OutgoingRequest& request);

struct Answer {
  int status = 0;  ///< any: a redirect is not followed
  std::string body{};
  /// The request had been sent before, on a kept connection that ended without an answer: what that one came
  /// to, nobody knows.
  bool was_sent_twice = false;
};

/// Why there is no answer.
enum class CallFailure : std::uint8_t {
  bad_url,      ///< never sent
  unresolved,   ///< never sent: no such host
  refused,      ///< never sent: nobody listens there, or no way leads there
  untrusted,    ///< never sent: the peer's certificate does not hold
  not_sent,     ///< never sent: no connection of ours was free in time
  unreachable,  ///< never sent: no connection came about, or no TLS on it
  timed_out,    ///< nobody knows whether it was carried out
  broken,       ///< the connection ended, or what came was no HTTP; nobody knows
  too_large,    ///< the answer was above the limit and was cut off
  aborted       ///< this side stopped
};
/// `timed_out`, …
std::string_view name(CallFailure failure);

using CallOutcome = std::expected<Answer, CallFailure>;

/// Sends requests and brings the answers. Any thread.
class Client {
 public:
  /// Called once, on the client's thread (after `stop`, in `send`). Does not block; does not throw.
  using Done = std::move_only_function<void(CallOutcome)>;
  struct Call {
    OutgoingRequest request;
    Done done;
  };

  virtual ~Client() = default;
  /// `calls` is empty afterwards.
  virtual void send(std::vector<Call>& calls) = 0;
  /// Ends every call under way with `aborted`, and every later one at once. When it returns, no `done` of an
  /// earlier one is running or will be called. From any thread but the client's own; so is the destructor.
  virtual void stop() = 0;
};

}  // namespace pay::http
