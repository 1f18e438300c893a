#pragma once

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "http/client.hpp"

namespace pay::http {

inline OutgoingRequest put(std::string url, std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
  return {.method = "PUT", .url = std::move(url), .body = R"({"order_id":1})", .timeout = timeout};
}

inline OutgoingRequest get(std::string url) {
  return {.method = "GET", .url = std::move(url)};
}

inline std::future<CallOutcome> begin(Client& client, OutgoingRequest request) {
  std::promise<CallOutcome> promise;
  auto future = promise.get_future();
  std::vector<Client::Call> calls;
  calls.push_back(
      {.request = std::move(request), .done = [answer = std::move(promise)](CallOutcome outcome) mutable {
         answer.set_value(std::move(outcome));
       }});
  client.send(calls);
  return future;
}

inline CallOutcome call(Client& client, OutgoingRequest request) {
  return begin(client, std::move(request)).get();
}

/// The answer's body, or the failure's name.
inline std::string result(const CallOutcome& outcome) {
  return outcome ? outcome->body : "(" + std::string(name(outcome.error())) + ")";
}

}  // namespace pay::http
