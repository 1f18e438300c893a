#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "app/configuration.hpp"
#include "app/housekeeper.hpp"
#include "base/metrics.hpp"
#include "controller/api.hpp"
#include "http/server.hpp"
#include "provider/simulator/simulator.hpp"

namespace pay::app {

/// The object graph of a running service: built in the order of its members, taken down in the other one.
class Service {
 public:
  /// `store` is open and has the newest schema. Binds the port, serves nothing yet. Throws
  /// boost::system::system_error when the port cannot be had.
  Service(const Configuration& configuration, Store& store, const Clock& clock);

  /// Serves until `stop`. When it returns, what was in flight has been answered.
  void run();
  /// From any thread: no new connections, the rest in order, at the latest after `grace`.
  void stop();
  /// Has SIGTERM and SIGINT stop it.
  void stop_on_signals();

  [[nodiscard]] boost::asio::ip::tcp::endpoint local_endpoint() const { return server_.local_endpoint(); }

 private:
  class CommitCounter final : public ExecutorObserver {
   public:
    explicit CommitCounter(Metrics& metrics) : metrics_(metrics) {}
    void on_commit(std::size_t commands, std::chrono::nanoseconds took, const Changes& changes) override;
    void on_replay() override { metrics_.on_replay(); }

   private:
    Metrics& metrics_;
  };

  void wait_for_the_last();

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  Metrics metrics_;
  CommitCounter counter_{metrics_};
  Simulator simulator_;
  Authorizer authorizer_;
  Executor executor_;
  Reader reader_;
  controller::Api api_;
  http::Server server_;
  Housekeeper housekeeper_;
  boost::asio::steady_timer last_look_;
  std::unique_ptr<boost::asio::signal_set> signals_;
};

}  // namespace pay::app
