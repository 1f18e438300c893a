#pragma once

#include "base/metrics.hpp"
#include "command/executor.hpp"
#include "controller/arrivals.hpp"
#include "controller/routes.hpp"
#include "http/handler.hpp"
#include "http/router.hpp"

namespace pay::controller {

/// What an Api works with. All outlive it.
struct Parts {
  Executor& executor;
  Flow& flow;
  Reader& reader;
  Metrics& metrics;
  Clients& clients;
  Notifier& notifier;
  const Clock& clock;
  /// How every provider does. Called on the server's thread.
  std::function<std::vector<ProviderHealth>()> providers = [] { return std::vector<ProviderHealth>{}; };
  ProviderDoors doors{};
};

/// From requests to commands and queries, and from what became of them to responses. One thread: the
/// server's.
class Api final : public http::Handler {
 public:
  Api(boost::asio::io_context& io, Parts parts, Settings settings);

  http::Task<http::Response> handle(const http::Request& request) override;
  http::Response refuse(http::Fault fault, const http::Request& request) override;

  /// From here on `/health/ready` says no, so that a balancer sends its requests elsewhere, and webhooks are
  /// told to come again.
  void drain() {
    draining_ = true;
    arrivals_.let_go();
  }
  /// For `/metrics`; the server that serves this.
  void count_connections(std::function<std::size_t()> count) { connection_count_ = std::move(count); }

 private:
  http::Task<http::Response> answer(const Route& route, const Call& call);
  http::Task<http::Response> run(CommandEndpoint endpoint, const Call& call);
  http::Task<http::Response> look_up(QueryEndpoint endpoint, const Call& call);
  http::Response show(Page page);
  Result<Caller> admit(const Route& route, const http::Request& request);
  static Result<std::optional<Protection>> protect(const Command& command, const Call& call);

  Executor& executor_;
  Metrics& metrics_;
  Clients& clients_;
  const Settings settings_;
  http::Router router_;
  Commands commands_;
  Questions questions_;
  FirstTry first_try_;
  const std::function<std::vector<ProviderHealth>()> providers_;
  Arrivals arrivals_;
  std::function<std::size_t()> connection_count_ = [] { return std::size_t{0}; };
  bool draining_ = false;
};

}  // namespace pay::controller
