#include "base/metrics.hpp"

#include <fmt/format.h>
#include <prometheus/text_serializer.h>

namespace pay {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;

/// From a read out of memory to a database that is being waited for.
const Buckets request_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
/// From a provider next door to one that is given up.
const Buckets provider_buckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
const Buckets commit_buckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                             0.025,  0.05,    0.1,    0.5,   1,      5};
const Buckets batch_buckets{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                                 const Buckets& buckets) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

Metrics::Metrics()
    : requests_(prometheus::BuildCounter()
                    .Name("http_requests_total")
                    .Help("Requests answered, by method, route and status.")
                    .Register(registry_)),
      request_seconds_(prometheus::BuildHistogram()
                           .Name("http_request_duration_seconds")
                           .Help("From the last byte of a request to its answer, by method and route.")
                           .Register(registry_)),
      events_(prometheus::BuildCounter()
                  .Name("payment_events_total")
                  .Help("Changes of payments that were committed, by type.")
                  .Register(registry_)),
      notifications_(prometheus::BuildCounter()
                         .Name("payment_notifications_total")
                         .Help("Tries to tell clients of their payments, by what came of them.")
                         .Register(registry_)),
      circuits_open_(gauge(registry_, "payment_notification_circuits_open",
                           "Clients whose receiver does not answer and is left alone for a while.")),
      provider_calls_(prometheus::BuildCounter()
                          .Name("payment_provider_calls_total")
                          .Help("Calls to providers, look-ups among them, by what came of them.")
                          .Register(registry_)),
      provider_seconds_(
          prometheus::BuildHistogram()
              .Name("payment_provider_call_duration_seconds")
              .Help("From the begin of a call to its outcome, by provider, without its wait for a turn.")
              .Register(registry_)),
      provider_wait_seconds_(prometheus::BuildHistogram()
                                 .Name("payment_provider_call_wait_seconds")
                                 .Help("How long calls waited for their turn before they began, by provider.")
                                 .Register(registry_)),
      provider_kept_back_(prometheus::BuildCounter()
                              .Name("payment_provider_calls_kept_back_total")
                              .Help("Calls that never began, by provider and reason: nobody was asked.")
                              .Register(registry_)),
      provider_circuits_(prometheus::BuildGauge()
                             .Name("payment_provider_circuit_open")
                             .Help("1 while the provider does not answer and is left alone, but for trials.")
                             .Register(registry_)),
      attempts_need_attention_(gauge(registry_, "payment_attempts_need_attention",
                                     "Attempts whose outcome only an operator can find out.")),
      batch_size_(histogram(registry_, "commit_batch_size", "Commands in one commit.", batch_buckets)),
      commit_seconds_(histogram(registry_, "commit_duration_seconds",
                                "Loading, deciding and committing one batch.", commit_buckets)),
      replays_(prometheus::BuildCounter()
                   .Name("commit_replays_total")
                   .Help("Batches decided again after a conflict or a lost COMMIT.")
                   .Register(registry_)
                   .Add({})),
      queue_depth_(gauge(registry_, "command_queue_depth", "Commands that wait for the next batch.")),
      connections_(gauge(registry_, "http_connections", "Connections that are open.")) {}

Metrics::RouteMetrics& Metrics::metrics_of(std::string_view method, std::string_view route, int status) {
  const auto [found, is_new] = routes_.try_emplace({method, route, status});
  if (is_new) {
    const prometheus::Labels labels{{"method", std::string(method)}, {"route", std::string(route)}};
    auto with_status = labels;
    with_status.emplace("status", fmt::to_string(status));
    found->second = {.requests = &requests_.Add(with_status),
                     .seconds = &request_seconds_.Add(labels, request_buckets)};
  }
  return found->second;
}

void Metrics::on_response(std::string_view method, std::string_view route, int status,
                          std::chrono::nanoseconds took) {
  const auto& metrics = metrics_of(method, route, status);
  metrics.requests->Increment();
  metrics.seconds->Observe(seconds(took));
}

void Metrics::on_commit(std::size_t commands, std::chrono::nanoseconds took) {
  batch_size_.Observe(static_cast<double>(commands));
  commit_seconds_.Observe(seconds(took));
}

void Metrics::on_event(std::string_view type, std::size_t count) {
  events_.Add({{"type", std::string(type)}}).Increment(static_cast<double>(count));
}

void Metrics::on_notification(std::string_view outcome) {
  notifications_.Add({{"outcome", std::string(outcome)}}).Increment();
}

void Metrics::on_provider_call(std::string_view provider, std::string_view outcome,
                               std::chrono::nanoseconds took) {
  provider_calls_.Add({{"provider", std::string(provider)}, {"outcome", std::string(outcome)}}).Increment();
  provider_seconds_.Add({{"provider", std::string(provider)}}, provider_buckets).Observe(seconds(took));
}

void Metrics::on_provider_wait(std::string_view provider, std::chrono::nanoseconds waited) {
  provider_wait_seconds_.Add({{"provider", std::string(provider)}}, provider_buckets)
      .Observe(seconds(waited));
}

void Metrics::on_provider_kept_back(std::string_view provider, std::string_view reason) {
  provider_kept_back_.Add({{"provider", std::string(provider)}, {"reason", std::string(reason)}}).Increment();
}

void Metrics::on_provider_circuit(std::string_view provider, bool opened) {
  provider_circuits_.Add({{"provider", std::string(provider)}}).Set(opened ? 1 : 0);
}

std::string Metrics::render(std::size_t queue_depth, std::size_t connections) {
  queue_depth_.Set(static_cast<double>(queue_depth));
  connections_.Set(static_cast<double>(connections));
  return prometheus::TextSerializer{}.Serialize(registry_.Collect());
}

}  // namespace pay
