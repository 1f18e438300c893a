#include "controller/webhook_gate.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace pay::controller {

struct WebhookGate::Waiting {
  using Session = std::move_only_function<void(Read)>;

  std::unordered_map<std::uint64_t, Session> sessions;
  std::uint64_t next = 0;
  bool is_over = false;

  void resume(std::uint64_t number, Read read) {
    auto session = sessions.extract(number);
    if (session) session.mapped()(std::move(read));
  }
};

WebhookGate::WebhookGate(boost::asio::io_context& io) : io_(io), waiting_(std::make_shared<Waiting>()) {}

http::Task<WebhookGate::Read> WebhookGate::read(WebhookDoor& door, const http::Request& request) {
  if (waiting_->is_over) co_return fail(ErrorCode::unavailable);
  co_return co_await boost::asio::async_initiate<const decltype(http::use_task), void(Read)>(
      [this](auto handler, WebhookDoor* asked, const http::Request* sent) {
        const auto number = waiting_->next++;
        waiting_->sessions.emplace(
            number, [resume = std::move(handler)](Read read) mutable { std::move(resume)(std::move(read)); });
        const WebhookRequest webhook{.header = [sent](std::string_view name) { return sent->header(name); },
                                     .body = sent->body};
        asked->read(webhook, [&io = io_, waiting = std::weak_ptr(waiting_), number](Read read) mutable {
          boost::asio::post(io, [waiting = std::move(waiting), number, read = std::move(read)]() mutable {
            if (const auto sessions = waiting.lock()) sessions->resume(number, std::move(read));
          });
        });
      },
      http::use_task, &door, &request);
}

void WebhookGate::let_go() {
  waiting_->is_over = true;
  for (auto& [number, session] : std::exchange(waiting_->sessions, {})) session(fail(ErrorCode::unavailable));
}

}  // namespace pay::controller
