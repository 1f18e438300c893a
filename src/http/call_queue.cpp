#include "http/call_queue.hpp"

#include <algorithm>
#include <utility>

namespace pay::http {

void CallQueue::push(Waiting waiting) {
  const auto [place, is_new] = by_host_.try_emplace(std::string(host_of(waiting.call.request.url)));
  if (is_new) turns_.push_back(place->first);
  place->second.push_back(std::move(waiting));
}

std::optional<CallQueue::Waiting> CallQueue::pop() {
  if (turns_.empty()) return std::nullopt;
  auto host = std::move(turns_.front());
  turns_.pop_front();
  const auto place = by_host_.find(host);
  auto& calls = place->second;
  auto next = std::move(calls.front());
  calls.pop_front();
  if (calls.empty()) {
    by_host_.erase(place);
  } else {
    turns_.push_back(std::move(host));
  }
  return next;
}

std::vector<Client::Call> CallQueue::take_late(Time now) {
  std::vector<Client::Call> late;
  for (auto& [host, calls] : by_host_) {
    std::deque<Waiting> in_time;
    for (auto& waiting : calls) {
      if (waiting.begin_by < now) {
        late.push_back(std::move(waiting.call));
      } else {
        in_time.push_back(std::move(waiting));
      }
    }
    calls = std::move(in_time);
  }
  std::erase_if(turns_, [this](const std::string& host) { return by_host_.at(host).empty(); });
  std::erase_if(by_host_, [](const auto& entry) { return entry.second.empty(); });
  return late;
}

std::string_view host_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  const auto authority = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
  return url.substr(0, url.find_first_of("/?#", authority));
}

}  // namespace pay::http
