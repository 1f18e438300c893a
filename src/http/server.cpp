#include "http/server.hpp"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/dispatch.hpp>
#include <exception>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "base/log.hpp"
#include "http/plain_transport.hpp"
#include "http/response_text.hpp"
#include "http/session.hpp"
#include "http/tls_transport.hpp"

namespace pay::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<Shared::Clock, asio::wait_traits<Shared::Clock>, Executor>;

// When accepting fails (no descriptor is free, mostly), trying again at once would only burn the processor.
constexpr std::chrono::milliseconds accept_pause{100};

// This many more than the limit are told that there are too many; others just find the door closed.
constexpr std::size_t turned_away_at_once = 256;

}  // namespace

struct BoundListeners::Door {
  Acceptor acceptor;
  asio::ip::tcp::endpoint bound;
  std::shared_ptr<const Tls> tls;
};

BoundListeners::BoundListeners(asio::io_context& io, std::span<const Listener> listeners) {
  for (const auto& listener : listeners) {
    Acceptor acceptor(io);
    acceptor.open(listener.address.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(listener.address);
    acceptor.listen();
    const auto bound = acceptor.local_endpoint();
    doors_.push_back({std::move(acceptor), bound, listener.tls});
  }
}

BoundListeners::BoundListeners(BoundListeners&&) noexcept = default;
BoundListeners::~BoundListeners() = default;

asio::ip::tcp::endpoint BoundListeners::local_endpoint(std::size_t listener) const {
  return doors_.at(listener).bound;
}

struct Server::Core : std::enable_shared_from_this<Core> {
  Core(asio::io_context& context, BoundListeners bound, Handler& handler, Limits limits)
      : io(context),
        listeners(std::move(bound)),
        ticker(context),
        patience(context),
        shared{handler, limits} {}

  void stop_listening();
  void tick();
  void drain(std::chrono::milliseconds grace);
  void stop();
  void leave(Connection& connection);

  static Task<void> accept(std::shared_ptr<Core> core, std::size_t door);
  template <class Transport>
  static Task<void> serve(std::shared_ptr<Core> core, Socket socket, typename Transport::Settings settings);
  void spawn(Task<void> task);

  asio::io_context& io;
  BoundListeners listeners;
  Timer ticker;
  Timer patience;
  Shared shared;
  std::unordered_set<Connection*> connections{};
  std::atomic<std::size_t> count{0};
  bool stopped = false;
};

void Server::Core::stop_listening() {
  error_code ignored;
  for (auto& door : listeners.doors_) std::ignore = door.acceptor.close(ignored);
}

/// The one timer of all sessions: refreshes the times and ends what has taken too long.
void Server::Core::tick() {
  using namespace std::chrono;
  shared.now = Shared::Clock::now();
  shared.date_line = date_line(floor<seconds>(system_clock::now()));
  for (auto* connection : connections) connection->check_deadline(shared.now);
  ticker.expires_after(shared.limits.tick);
  ticker.async_wait([core = shared_from_this()](error_code error) {
    if (!error && !core->stopped) core->tick();
  });
}

Task<void> Server::Core::accept(std::shared_ptr<Core> core, std::size_t door) {
  auto& [acceptor, bound, tls] = core->listeners.doors_[door];
  Timer pause(core->io);
  while (acceptor.is_open()) {
    auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::deferred));
    if (!acceptor.is_open()) co_return;
    if (!error) {
      core->spawn(tls ? serve<TlsTransport>(core, std::move(socket), *tls)
                      : serve<PlainTransport>(core, std::move(socket), {}));
      continue;
    }
    log::warn("a connection could not be accepted", {{"error", error.message()}});
    pause.expires_after(accept_pause);
    co_await pause.async_wait(asio::as_tuple(asio::deferred));
  }
}

template <class Transport>
Task<void> Server::Core::serve(std::shared_ptr<Core> core, Socket socket,
                               typename Transport::Settings settings) {
  const auto limit = core->shared.limits.connections;
  const auto present = core->connections.size();
  if (present >= limit + turned_away_at_once) co_return;

  Session<Transport> session(core->shared, std::move(socket), settings);
  struct Presence {
    Core& core;
    Connection& connection;
    ~Presence() { core.leave(connection); }
  } presence{*core, session};
  core->count = core->connections.insert(&session).second + present;
  if (present < limit) {
    co_await session.run();
  } else {
    co_await session.turn_away();
  }
}

void Server::Core::spawn(Task<void> task) {
  asio::co_spawn(io.get_executor(), std::move(task), [](const std::exception_ptr& failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log::error("a connection was dropped", {{"error", error.what()}});
    } catch (...) {
      log::error("a connection was dropped", {{"error", "not a standard exception"}});
    }
  });
}

void Server::Core::leave(Connection& connection) {
  connections.erase(&connection);
  count = connections.size();
  if (connections.empty() && shared.draining && !stopped) stop();
}

void Server::Core::drain(std::chrono::milliseconds grace) {
  if (shared.draining) return;
  shared.draining = true;
  stop_listening();
  if (connections.empty()) return stop();
  for (auto* connection : connections) connection->drain();
  patience.expires_after(grace);
  patience.async_wait([core = shared_from_this()](error_code error) {
    if (!error) core->stop();
  });
}

/// Ends everything. What is still suspended in a handler ends when that handler does.
void Server::Core::stop() {
  shared.draining = true;
  stopped = true;
  stop_listening();
  for (auto* connection : connections) connection->close();
  ticker.cancel();
  patience.cancel();
}

Server::Server(asio::io_context& io, std::span<const Listener> listeners, Handler& handler, Limits limits)
    : Server(io, BoundListeners(io, listeners), handler, limits) {}

Server::Server(asio::io_context& io, BoundListeners listeners, Handler& handler, Limits limits)
    : core_(std::make_shared<Core>(io, std::move(listeners), handler, limits)) {}

Server::~Server() {
  core_->stop();
}

void Server::start() {
  core_->tick();
  for (std::size_t door = 0; door < core_->listeners.doors_.size(); ++door) {
    core_->spawn(Core::accept(core_, door));
  }
}

void Server::drain(std::chrono::milliseconds grace) {
  asio::dispatch(core_->io, [core = core_, grace] { core->drain(grace); });
}

asio::ip::tcp::endpoint Server::local_endpoint(std::size_t listener) const {
  return core_->listeners.local_endpoint(listener);
}

std::size_t Server::connection_count() const {
  return core_->count;
}

}  // namespace pay::http
