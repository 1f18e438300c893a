#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "app/audience.hpp"
#include "app/configuration.hpp"
#include "app/housekeeper.hpp"
#include "app/provider_set.hpp"
#include "base/metrics.hpp"
#include "controller/api.hpp"
#include "flow/flow.hpp"
#include "flow/repairer.hpp"
#include "http/curl_client.hpp"
#include "http/server.hpp"
#include "outbox/relay.hpp"
#include "provider/simulator/simulator.hpp"

namespace pay::app {

/// The object graph of a running service: built in the order of its members, taken down in the other one.
class Service {
 public:
  /// `store` is open and has the newest schema. Binds the ports, serves nothing yet. Throws
  /// boost::system::system_error when a port cannot be had, ConfigurationError when it would be open to
  /// everybody without anybody having said so and for providers that cannot be built, std::runtime_error for
  /// certificates that cannot be used.
  Service(const Configuration& configuration, Store& store, const Clock& clock);
  ~Service();

  /// Serves until `stop`. When it returns, what was in flight has been answered.
  void run();
  /// From any thread: no new connections, the rest in order, at the latest after `grace`.
  void stop();
  /// Has SIGTERM and SIGINT stop it and SIGHUP read the certificate again.
  void obey_signals();

  /// Of the listener that comes first, or second, in the configuration.
  [[nodiscard]] boost::asio::ip::tcp::endpoint local_endpoint(std::size_t listener = 0) const {
    return server_.local_endpoint(listener);
  }

 private:
  /// Counts what happens, and hands the relay what a commit left to be told.
  class Observer final : public ExecutorObserver, public RelayObserver, public ProviderObserver {
   public:
    explicit Observer(Service& service) : service_(service) {}
    void on_commit(std::size_t commands, std::chrono::nanoseconds took, const Changes& changes) override;
    void on_replay() override { service_.metrics_.on_replay(); }
    void on_delivered() override { service_.metrics_.on_notification("delivered"); }
    void on_failure(std::string_view reason) override { service_.metrics_.on_notification(reason); }
    void on_dead() override { service_.metrics_.on_notification("dead"); }
    void on_circuit(bool opened) override { service_.metrics_.on_circuit(opened); }
    void on_provider_call(std::string_view provider, std::string_view outcome,
                          std::chrono::nanoseconds took) override {
      service_.metrics_.on_provider_call(provider, outcome, took);
    }
    void on_provider_circuit(std::string_view provider, bool opened) override {
      service_.metrics_.on_provider_circuit(provider, opened);
    }
    void on_provider_wait(std::string_view provider, std::chrono::nanoseconds waited) override {
      service_.metrics_.on_provider_wait(provider, waited);
    }
    void on_provider_kept_back(std::string_view provider, std::string_view reason) override {
      service_.metrics_.on_provider_kept_back(provider, reason);
    }

   private:
    Service& service_;
  };

  Relay::Surroundings surroundings(const Clock& clock);
  Executor::Options executor_options(const Configuration& configuration);
  controller::Parts parts(const Clock& clock);
  [[nodiscard]] std::unique_ptr<Repairer> open_repairer(Store& store, const Clock& clock);
  void settle(std::vector<Settlement> settlements, std::move_only_function<void(bool saved)> saved);
  void wait_for_the_last();
  void wait_for_reload();

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  Metrics metrics_;
  Observer observer_{*this};
  Simulator simulator_;
  Authorizer authorizer_;
  Clients clients_;
  Audience audience_;
  std::shared_ptr<http::Tls> tls_;
  http::BoundListeners listeners_;
  const std::string public_url_;
  http::CurlClient outgoing_;
  Relay relay_;
  std::unique_ptr<ProviderSet> providers_;
  Executor executor_;
  Flow flow_;
  std::unique_ptr<Repairer> repairer_;  ///< nothing: there is no provider with outside effects
  Reader reader_;
  controller::Api api_;
  http::Server server_;
  std::unique_ptr<Housekeeper> housekeeper_;
  boost::asio::steady_timer last_look_;
  std::unique_ptr<boost::asio::signal_set> stop_signals_;
  std::unique_ptr<boost::asio::signal_set> reload_signal_;
};

}  // namespace pay::app
