#include "app/service.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/log.hpp"
#include "view/responses.hpp"

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

Address in_use(Address address, const Clients& clients, bool open) {
  if (is_loopback(address) || open || !clients.empty()) return address;
  throw ConfigurationError(fmt::format(
      "without clients everybody who reaches {} could use the service; add one (`payment-service clients add "
      "NAME`), listen on 127.0.0.1, or say --open",
      to_text(address)));
}

/// While there is no client, only loopback, or who said so, is open.
bool may_be_open(const Configuration& configuration) {
  return configuration.open || (is_loopback(configuration.listen) &&
                                (!configuration.http_listen || is_loopback(*configuration.http_listen)));
}

http::BoundListeners listen_on(boost::asio::io_context& io, const Configuration& configuration,
                               const Clients& clients, const std::shared_ptr<http::Tls>& tls) {
  const auto endpoint = [&](const Address& wanted) {
    const auto address = in_use(wanted, clients, configuration.open);
    return boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address(address.host), address.port);
  };
  std::vector<http::Listener> all{{.address = endpoint(configuration.listen), .tls = tls}};
  if (configuration.http_listen) all.push_back({.address = endpoint(*configuration.http_listen)});
  return {io, all};
}

/// Where nobody said it: good for a browser on this machine.
std::string public_url(const Configuration& configuration, const http::BoundListeners& listeners) {
  if (!configuration.public_url.empty()) return configuration.public_url;
  auto address = reached_from_here(configuration.listen);
  address.port = listeners.local_endpoint().port();
  return fmt::format("{}://{}", configuration.tls ? "https" : "http", to_text(address));
}

/// Nobody asks what became of them.
void warn_of_attempts_left(Store& store, const Providers& providers) {
  try {
    for (const auto& name : store.open_attempts()->list_providers()) {
      if (providers.find(name) == nullptr)
        log::warn("attempts are open at a provider that is not set up", {{"provider", name}});
    }
  } catch (const std::exception& error) {
    log::warn("open attempts cannot be looked for yet", {{"reason", error.what()}});
  }
}

/// With two steps too it is asked at once which cards must not be here; nothing when it takes no payments.
const AtOnceProvider* find_at_once(const Simulator& simulator, const ProviderConfiguration& configuration) {
  return configuration.is_chosen(simulator_name) ? &simulator : nullptr;
}

/// What the commit of an outcome takes when many wait for theirs.
constexpr auto spare = 5000ms;

/// The relay has so long for its own first try, its settlement included, before others may take the row.
std::chrono::milliseconds first_try_lease(const Relay::Options& options) {
  return options.inline_time == 0ms ? 0ms : options.inline_time + 2000ms;
}

}  // namespace

void Service::Observer::on_commit(std::size_t commands, std::chrono::nanoseconds took,
                                  const Changes& changes) {
  auto& metrics = service_.metrics_;
  metrics.on_commit(commands, took);
  std::array<std::size_t, event_type_count> counts{};
  for (const auto& event : changes.events) ++counts.at(static_cast<std::size_t>(event.type));
  for (std::size_t type = 0; type < counts.size(); ++type) {
    if (counts.at(type) > 0) metrics.on_event(name(static_cast<EventType>(type)), counts.at(type));
  }
  if (!changes.notifications.empty()) service_.relay_.on_commit(changes.notifications, changes.events, took);
}

Service::Service(const Configuration& configuration, Store& store, const Clock& clock)
    : work_(io_.get_executor()),
      authorizer_(find_at_once(simulator_, configuration.providers),
                  configuration.providers.chosen().size() == 1, clock),
      clients_(store.open_clients(), clock,
               {.may_be_open = may_be_open(configuration),
                .anonymous = configuration.anonymous_client,
                .methods = configuration.providers.methods}),
      audience_(clients_,
                {.url = configuration.store_manager_url, .anonymous_client = configuration.anonymous_client}),
      tls_(configuration.tls ? std::make_shared<http::Tls>(*configuration.tls) : nullptr),
      listeners_(listen_on(io_, configuration, clients_, tls_)),
      public_url_(public_url(configuration, listeners_)),
      outgoing_({.ca_file = configuration.notify_ca}),
      relay_(store.open_outbox(), surroundings(clock), configuration.relay),
      providers_(std::make_unique<ProviderSet>(configuration.providers,
                                               ProviderSet::Parts{.clock = clock, .observer = observer_})),
      executor_(store.open_writer(), clock, executor_options(configuration),
                deliver_to<Executor::Completion>(io_), observer_),
      flow_(executor_, providers_->providers(),
            [this](auto function) { boost::asio::post(io_, std::move(function)); }),
      repairer_(open_repairer(store, clock)),
      reader_(open_readers(store), {}, deliver_to<Reader::Completion>(io_)),
      api_(io_, parts(clock),
           {.authorizer = authorizer_,
            .default_currency = configuration.currency,
            .default_language = configuration.language}),
      server_(io_, std::move(listeners_), api_,
              {.connections = configuration.max_connections, .idle_time = configuration.idle_time}),
      housekeeper_(std::make_unique<Housekeeper>(
          store.open_reader(),
          Housekeeper::Parts{.flow = flow_, .executor = executor_, .metrics = metrics_, .clock = clock})),
      last_look_(io_) {
  warn_of_attempts_left(store, providers_->providers());
  api_.count_connections([this] { return server_.connection_count(); });
  relay_.start();
  if (repairer_) repairer_->start();
}

/// What was being told, and what providers have not answered, is written down while there is still an
/// executor. Providers go before it: whoever answers late finds it closed, not gone. The housekeeper, who may
/// wait for a slow database until now, still asks for them.
Service::~Service() {
  outgoing_.stop();
  relay_.stop();
  if (repairer_) repairer_->stop();
  providers_->stop();
  executor_.stop();
  housekeeper_.reset();
  providers_.reset();
}

Executor::Options Service::executor_options(const Configuration& configuration) {
  return {
      .batch_limit = configuration.batch_limit,
      .lifetimes = configuration.lifetimes,
      .telling = {.is_told = [this](std::string_view client) { return audience_.find(client).has_value(); },
                  .first_try = first_try_lease(configuration.relay)},
      .asking = {.routing = providers_->providers().empty() ? nullptr : &providers_->providers(),
                 .lease = providers_->longest_call() + spare,
                 .look_lease = 3 * providers_->longest_call() + spare,
                 .public_url = public_url_}};
}

std::unique_ptr<Repairer> Service::open_repairer(Store& store, const Clock& clock) {
  if (providers_->providers().empty()) return nullptr;
  return std::make_unique<Repairer>(store.open_attempts(), executor_, providers_->providers(), clock,
                                    Repairer::Options{.lease = 2 * spare});
}

controller::Parts Service::parts(const Clock& clock) {
  return {.executor = executor_,
          .flow = flow_,
          .reader = reader_,
          .metrics = metrics_,
          .clients = clients_,
          .notifier = relay_,
          .clock = clock,
          .providers = [this] { return providers_->providers().health(); },
          .doors = {.find = [this](std::string_view provider) { return providers_->webhook(provider); },
                    .wake_repairer =
                        [this] {
                          if (repairer_) repairer_->wake();
                        }}};
}

Relay::Surroundings Service::surroundings(const Clock& clock) {
  return {
      .client = outgoing_,
      .clock = clock,
      .find_destination = [this](std::string_view client) { return audience_.find(client); },
      .list_audience = [this] { return audience_.names(); },
      .render = [](const Event& event) { return view::event(event); },
      .settle = [this](auto settlements, auto saved) { settle(std::move(settlements), std::move(saved)); },
      .observer = observer_};
}

void Service::settle(std::vector<Settlement> settlements, std::move_only_function<void(bool saved)> saved) {
  std::vector<Executor::Submission> submissions;
  submissions.push_back(
      {.job = {.command = SettleNotifications{.settlements = std::move(settlements)}},
       .done = [saved = std::move(saved)](const Result<Reply>& reply) mutable { saved(reply.has_value()); }});
  executor_.submit(submissions);
  for (auto& refused : submissions) refused.done(fail(ErrorCode::unavailable));
}

void Service::run() {
  server_.start();
  io_.run();
}

void Service::stop() {
  boost::asio::post(io_, [this] {
    api_.drain();
    relay_.let_payers_go();
    flow_.let_payers_go();
    server_.drain(grace);
    wait_for_the_last();
  });
}

void Service::wait_for_the_last() {
  // A session that waits for the executor has nothing pending on the io_context: the guard keeps it running.
  if (server_.connection_count() == 0) {
    stop_signals_.reset();
    reload_signal_.reset();
    work_.reset();
    return;
  }
  last_look_.expires_after(look_again_after);
  last_look_.async_wait([this](boost::system::error_code) { wait_for_the_last(); });
}

void Service::obey_signals() {
  stop_signals_ = std::make_unique<boost::asio::signal_set>(io_, SIGTERM, SIGINT);
  stop_signals_->async_wait([this](boost::system::error_code error, int) {
    if (error) return;
    // A database that does not answer holds its threads: what was acknowledged is committed, so that a stop
    // need not wait for it.
    std::thread([] {
      std::this_thread::sleep_for(last_resort);
      std::_Exit(0);
    }).detach();
    stop();
  });
  // Whoever closes the terminal of a service without a certificate wants it to end.
  const bool may_end = !tls_ && ::isatty(STDIN_FILENO) == 1;
  if (may_end) return;
  reload_signal_ = std::make_unique<boost::asio::signal_set>(io_, SIGHUP);
  wait_for_reload();
}

void Service::wait_for_reload() {
  reload_signal_->async_wait([this](boost::system::error_code error, int) {
    const bool is_over = error || !reload_signal_;
    if (is_over) return;
    try {
      if (tls_) tls_->reload();
      log::info(tls_ ? "the certificate was read again" : "there is no certificate to read again");
    } catch (const std::exception& e) {
      log::error("the certificate cannot be read again; the old one stays", {{"reason", e.what()}});
    }
    wait_for_reload();
  });
}

}  // namespace pay::app
