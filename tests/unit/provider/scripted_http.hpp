#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "http/client.hpp"

namespace pay::test {

/// Answers each request at once, in the caller's thread, with what the test lined up, and keeps what was
/// sent. One thread.
class ScriptedHttp final : public http::Client {
 public:
  void send(std::vector<Call>& calls) override {
    for (auto& call : std::exchange(calls, {})) {
      sent.push_back(std::move(call.request));
      if (answers.empty()) {
        call.done(std::unexpected(http::CallFailure::aborted));
        continue;
      }
      auto answer = std::move(answers.front());
      answers.pop_front();
      call.done(std::move(answer));
    }
  }
  void stop() override {}

  void answer(int status, std::string body = "{}") {
    answers.emplace_back(http::Answer{.status = status, .body = std::move(body)});
  }
  /// As to a request that the client had to send once more.
  void answer_the_second(int status) {
    answers.emplace_back(http::Answer{.status = status, .body = "{}", .was_sent_twice = true});
  }
  void fail(http::CallFailure failure) { answers.emplace_back(std::unexpected(failure)); }

  std::vector<http::OutgoingRequest> sent;
  std::deque<http::CallOutcome> answers;
};

}  // namespace pay::test
