// Whoever is told of payments, for the benchmark: answers every PUT as Store Manager does, after a while or
// never, and counts what it was told. It shares the processors with what is measured, so it does little else.

#include <CLI/CLI.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "http/server.hpp"

namespace {

namespace asio = boost::asio;
using pay::http::Request;
using pay::http::Response;
using pay::http::Task;
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, asio::io_context::executor_type>;

/// The payment of `{"order_id":…,"is_paid":…,"payment_id":…}`; 0 when there is none.
std::size_t payment_in(std::string_view body) {
  static constexpr std::string_view name = R"("payment_id":)";
  std::size_t id = 0;
  const auto at = body.find(name);
  if (at != body.npos) std::from_chars(body.data() + at + name.size(), body.data() + body.size(), id);
  return id;
}

/// What it was told since it started.
class Told {
 public:
  void add(std::size_t payment) {
    static constexpr std::size_t most = 100'000'000;
    last_ = Clock::now();
    if (++count_ == 1) first_ = last_;
    if (payment == 0 || payment > most) return;
    if (payment >= seen_.size()) seen_.resize(2 * payment);
    if (!seen_[payment]) ++payments_;
    seen_[payment] = true;
  }

  [[nodiscard]] std::string to_json() const {
    const auto seconds = std::chrono::duration<double>(last_ - first_).count();
    return "{\"count\":" + std::to_string(count_) + ",\"payments\":" + std::to_string(payments_) +
           ",\"seconds\":" + std::to_string(seconds) + "}";
  }

 private:
  std::uint64_t count_ = 0;
  std::uint64_t payments_ = 0;  ///< different ones
  std::vector<bool> seen_;      ///< by payment id
  Clock::time_point first_{};
  Clock::time_point last_{};
};

class Receiver final : public pay::http::Handler {
 public:
  struct Manner {
    std::chrono::milliseconds delay{0};
    bool hangs = false;
  };
  Receiver(asio::io_context& io, Manner manner) : io_(io), manner_(manner) {}

  Task<Response> handle(const Request& request) override {
    if (request.method != "PUT") co_return Response{.body = told_.to_json(), .headers = {}};
    told_.add(payment_in(request.body));
    if (manner_.hangs || manner_.delay.count() > 0) {
      Timer timer(io_, manner_.hangs ? Clock::time_point::max() : Clock::now() + manner_.delay);
      co_await timer.async_wait(pay::http::use_task);
    }
    co_return Response{.body = R"({"updated":true})", .headers = {}};
  }

  Response refuse(pay::http::Fault, const Request&) override { return {.status = 400, .body{}, .headers{}}; }

 private:
  asio::io_context& io_;
  const Manner manner_;
  Told told_;
};

}  // namespace

int main(int count, char** words) {
  CLI::App line("Is told of payments: PUT anything; GET /count says how often");
  std::uint16_t port = 0;
  int delay_ms = 0;
  bool hangs = false;
  line.add_option("--port", port, "On 127.0.0.1; 0 takes a free one");
  line.add_option("--delay-ms", delay_ms, "Before every answer")->check(CLI::NonNegativeNumber);
  line.add_flag("--hang", hangs, "Accept, read and never answer a PUT");
  CLI11_PARSE(line, count, words);

  asio::io_context io(1);
  Receiver receiver(io, {.delay = std::chrono::milliseconds(delay_ms), .hangs = hangs});
  const pay::http::Listener listener{.address = {asio::ip::address_v4::loopback(), port}};
  pay::http::Server server(io, {&listener, 1}, receiver, {});
  server.start();
  std::printf("127.0.0.1:%u\n", static_cast<unsigned>(server.local_endpoint().port()));
  std::fflush(stdout);
  io.run();
}
