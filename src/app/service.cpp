#include "app/service.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace pay::app {
namespace {

using namespace std::chrono_literals;

/// Below the 5 s within which a stop is over.
constexpr auto grace = 3000ms;
constexpr auto last_resort = 4200ms;
constexpr auto look_again_after = 10ms;
/// One is in the database while the other's answers are on their way.
constexpr std::size_t reader_count = 2;

std::vector<std::unique_ptr<ReadStore>> open_readers(Store& store) {
  std::vector<std::unique_ptr<ReadStore>> readers;
  readers.reserve(reader_count);
  for (std::size_t i = 0; i < reader_count; ++i) readers.push_back(store.open_reader());
  return readers;
}

/// Completions go to the server's thread in one step, where each resumes the session that waits for it.
template <class Completion>
auto deliver_to(boost::asio::io_context& io) {
  return [&io](std::vector<Completion> completions) {
    boost::asio::post(io, [batch = std::move(completions)]() mutable {
      for (auto& completion : batch) {
        if constexpr (requires { completion.reply; }) {
          completion.done(std::move(completion.reply));
        } else {
          completion.done(std::move(completion.result));
        }
      }
    });
  };
}

}  // namespace

void Service::CommitCounter::on_commit(std::size_t commands, std::chrono::nanoseconds took,
                                       const Changes& changes) {
  metrics_.on_commit(commands, took);
  std::array<std::size_t, event_type_count> counts{};
  for (const auto& event : changes.events) ++counts.at(static_cast<std::size_t>(event.type));
  for (std::size_t type = 0; type < counts.size(); ++type) {
    if (counts.at(type) > 0) metrics_.on_event(name(static_cast<EventType>(type)), counts.at(type));
  }
}

Service::Service(const Configuration& configuration, Store& store, const Clock& clock)
    : work_(io_.get_executor()),
      authorizer_(simulator_, clock),
      executor_(store.open_writer(), clock,
                {.batch_limit = configuration.batch_limit, .lifetimes = configuration.lifetimes},
                deliver_to<Executor::Completion>(io_), counter_),
      reader_(open_readers(store), {}, deliver_to<Reader::Completion>(io_)),
      api_(io_, executor_, reader_, metrics_,
           {.authorizer = authorizer_,
            .default_currency = configuration.currency,
            .default_language = configuration.language}),
      server_(io_, {boost::asio::ip::make_address(configuration.host), configuration.port}, api_,
              {.connections = configuration.max_connections, .idle_time = configuration.idle_time}),
      housekeeper_(store.open_reader(), executor_, clock),
      last_look_(io_) {
  api_.count_connections([this] { return server_.connection_count(); });
}

void Service::run() {
  server_.start();
  io_.run();
}

void Service::stop() {
  boost::asio::post(io_, [this] {
    api_.drain();
    server_.drain(grace);
    wait_for_the_last();
  });
}

void Service::wait_for_the_last() {
  // A session that waits for the executor has nothing pending on the io_context: the guard keeps it running.
  if (server_.connection_count() == 0) {
    signals_.reset();
    work_.reset();
    return;
  }
  last_look_.expires_after(look_again_after);
  last_look_.async_wait([this](boost::system::error_code) { wait_for_the_last(); });
}

void Service::stop_on_signals() {
  signals_ = std::make_unique<boost::asio::signal_set>(io_, SIGTERM, SIGINT);
  signals_->async_wait([this](boost::system::error_code error, int) {
    if (error) return;
    // A database that does not answer holds its threads: what was acknowledged is committed, so that a stop
    // need not wait for it.
    std::thread([] {
      std::this_thread::sleep_for(last_resort);
      std::_Exit(0);
    }).detach();
    stop();
  });
}

}  // namespace pay::app
