#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/client.hpp"

namespace pay::http {

/// Calls that wait for a connection of ours. Hosts take turns: those who wait for a slow one do not hold up
/// the others'. One thread.
class CallQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Waiting {
    Client::Call call;
    Time begin_by;  ///< later there is too little time left to blame the receiver for
    Time deadline;
  };

  void push(Waiting waiting);
  /// The oldest one of the host whose turn it is.
  std::optional<Waiting> pop();
  /// Takes out those that were to begin before `now`.
  std::vector<Client::Call> take_late(Time now);
  [[nodiscard]] bool empty() const { return turns_.empty(); }

 private:
  std::unordered_map<std::string, std::deque<Waiting>> by_host_;  ///< none is empty
  std::deque<std::string> turns_;                                 ///< each host of `by_host_` once
};

/// Scheme and authority: `https://shop.example:8443` of `https://shop.example:8443/orders/1`.
std::string_view host_of(std::string_view url);

}  // namespace pay::http
